import json
import os
import time

from openapi_client import ApiClient, Configuration, PublishingApi, StatusApi, SubscriptionInput, SubscriptionsApi
from openapi_client.exceptions import NotFoundException
from openapi_client.models import DeliveryWithAttemptsAnswer, EventStatusAnswer


def final_status(api: StatusApi, task_id: str) -> str:
    for _ in range(300):
        delivery = api.get_status(task_id).actual_instance
        assert isinstance(delivery, DeliveryWithAttemptsAnswer), delivery
        if delivery.finished_at is not None:
            assert delivery.finished_at >= delivery.created_at
            return delivery.status
        time.sleep(0.1)
    raise TimeoutError(f"{task_id} did not finish")


configuration = Configuration(host=os.environ["WEBHOOKS_URL"], access_token=os.environ["WEBHOOKS_API_KEY"])
with ApiClient(configuration) as client:
    subscriptions = SubscriptionsApi(client)
    created = subscriptions.create_subscription(
        SubscriptionInput(target_url=os.environ["WEBHOOKS_TARGET"], event_types=["order.created", "order.paid"])
    )
    publishing, statuses = PublishingApi(client), StatusApi(client)
    published = publishing.publish_to_subscription(created.id, {"order": 42}, x_event_type="order.created")
    status = final_status(statuses, published.task_id)
    event = statuses.get_status(publishing.publish_to_all("order.paid", {"order": 43}).event_id).actual_instance
    assert isinstance(event, EventStatusAnswer), event
    try:
        subscriptions.get_subscription("sub_01k6zv1yqpe7rtqq6zjy2k3m4n")
        problem = None
    except NotFoundException as error:
        problem = error.data.code
    print(json.dumps({"status": status, "deliveries": len(event.deliveries), "problem": problem}))
