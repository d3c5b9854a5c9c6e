package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	webhooks "example.com/webhooks"
)

func main() {
	configuration := webhooks.NewConfiguration()
	configuration.Servers[0].URL = os.Getenv("WEBHOOKS_URL")
	client := webhooks.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), webhooks.ContextAccessToken, os.Getenv("WEBHOOKS_API_KEY"))

	wanted := webhooks.NewSubscriptionInput(os.Getenv("WEBHOOKS_TARGET"))
	wanted.SetEventTypes([]string{"order.created", "order.paid"})
	created, _, err := client.SubscriptionsAPI.CreateSubscription(ctx).SubscriptionInput(*wanted).Execute()
	check(err)
	published, _, err := client.PublishingAPI.PublishToSubscription(ctx, created.Id).
		Body(map[string]int{"order": 42}).XEventType("order.created").Execute()
	check(err)
	status := finalStatus(client, ctx, published.TaskId)
	toAll, _, err := client.PublishingAPI.PublishToAll(ctx, "order.paid").Body(map[string]int{"order": 43}).Execute()
	check(err)
	event, _, err := client.StatusAPI.GetStatus(ctx, toAll.EventId).Execute()
	check(err)
	deliveries := len(event.EventStatusAnswer.Deliveries)

	_, _, err = client.SubscriptionsAPI.GetSubscription(ctx, "sub_01k6zv1yqpe7rtqq6zjy2k3m4n").Execute()
	problem := err.(*webhooks.GenericOpenAPIError).Model().(webhooks.Problem)
	line, err := json.Marshal(map[string]any{"status": status, "deliveries": deliveries, "problem": problem.Code})
	check(err)
	fmt.Println(string(line))
}

func finalStatus(client *webhooks.APIClient, ctx context.Context, task string) string {
	for tries := 0; tries < 300; tries++ {
		answer, _, err := client.StatusAPI.GetStatus(ctx, task).Execute()
		check(err)
		delivery := answer.DeliveryWithAttemptsAnswer
		if delivery.FinishedAt.IsSet() && delivery.FinishedAt.Get() != nil {
			return delivery.Status
		}
		time.Sleep(100 * time.Millisecond)
	}
	panic(task + " did not finish")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
