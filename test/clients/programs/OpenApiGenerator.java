import java.net.URI;
import java.util.List;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.JSON;
import org.openapitools.client.api.PublishingApi;
import org.openapitools.client.api.StatusApi;
import org.openapitools.client.api.SubscriptionsApi;
import org.openapitools.client.model.DeliveryWithAttemptsAnswer;
import org.openapitools.client.model.Problem;
import org.openapitools.client.model.SubscriptionInput;

public class OpenApiGenerator {
  public static void main(String[] args) throws Exception {
    ApiClient client = new ApiClient();
    client.setBasePath(System.getenv("WEBHOOKS_URL"));
    client.setBearerToken(System.getenv("WEBHOOKS_API_KEY"));
    SubscriptionsApi subscriptions = new SubscriptionsApi(client);

    SubscriptionInput wanted = new SubscriptionInput()
        .targetUrl(URI.create(System.getenv("WEBHOOKS_TARGET")))
        .eventTypes(List.of("order.created", "order.paid"));
    String subscription = subscriptions.createSubscription(wanted, null).getId();
    PublishingApi publishing = new PublishingApi(client);
    StatusApi statuses = new StatusApi(client);
    String task = publishing
        .publishToSubscription(subscription, Map.of("order", 42), null, null, "order.created", null)
        .getTaskId();
    String status = finalStatus(statuses, task);
    String event = publishing.publishToAll("order.paid", Map.of("order", 43), null, null).getEventId();
    int deliveries = statuses.getStatus(event, null).getEventStatusAnswer().getDeliveries().size();

    String problem = "none";
    try {
      subscriptions.getSubscription("sub_01k6zv1yqpe7rtqq6zjy2k3m4n", null);
    } catch (ApiException error) {
      problem = Problem.fromJson(error.getResponseBody()).getCode();
    }
    System.out.println(JSON.serialize(Map.of("status", status, "deliveries", deliveries, "problem", problem)));
    // The threads of the HTTP client would keep the process alive.
    System.exit(0);
  }

  static String finalStatus(StatusApi api, String task) throws Exception {
    for (int tries = 0; tries < 300; tries += 1) {
      DeliveryWithAttemptsAnswer delivery = api.getStatus(task, null).getDeliveryWithAttemptsAnswer();
      if (delivery.getFinishedAt() != null) return delivery.getStatus().getValue();
      Thread.sleep(100);
    }
    throw new IllegalStateException(task + " did not finish");
  }
}
