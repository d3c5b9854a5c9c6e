package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"example.com/webhooks/client"
)

func main() {
	ctx := context.Background()
	bearer := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("WEBHOOKS_API_KEY"))
		return nil
	}
	webhooks, err := client.NewClientWithResponses(os.Getenv("WEBHOOKS_URL"), client.WithRequestEditorFn(bearer))
	check(err)

	created, err := webhooks.CreateSubscriptionWithResponse(ctx, nil, client.SubscriptionInput{
		TargetUrl:  os.Getenv("WEBHOOKS_TARGET"),
		EventTypes: &[]string{"order.created", "order.paid"},
	})
	check(err)
	eventType := "order.created"
	published, err := webhooks.PublishToSubscriptionWithResponse(ctx, created.JSON201.Id,
		&client.PublishToSubscriptionParams{XEventType: &eventType}, map[string]int{"order": 42})
	check(err)
	status := finalStatus(ctx, webhooks, published.JSON202.TaskId)
	toAll, err := webhooks.PublishToAllWithResponse(ctx, "order.paid", nil, map[string]int{"order": 43})
	check(err)
	answer, err := webhooks.GetStatusWithResponse(ctx, toAll.JSON202.EventId, nil)
	check(err)
	event, err := answer.JSON200.AsEventStatusAnswer()
	check(err)

	unknown, err := webhooks.GetSubscriptionWithResponse(ctx, "sub_01k6zv1yqpe7rtqq6zjy2k3m4n", nil)
	check(err)
	problem := unknown.ApplicationproblemJSON404.Code
	line, err := json.Marshal(map[string]any{"status": status, "deliveries": len(event.Deliveries), "problem": problem})
	check(err)
	fmt.Println(string(line))
}

func finalStatus(ctx context.Context, webhooks *client.ClientWithResponses, task string) string {
	for tries := 0; tries < 300; tries++ {
		answer, err := webhooks.GetStatusWithResponse(ctx, task, nil)
		check(err)
		delivery, err := answer.JSON200.AsDeliveryWithAttemptsAnswer()
		check(err)
		if delivery.FinishedAt != nil {
			return string(delivery.Status)
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
