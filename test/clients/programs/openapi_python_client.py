import json
import os
import time

from client import AuthenticatedClient
from client.api.publishing import publish_to_all, publish_to_subscription
from client.api.status import get_status
from client.api.subscriptions import create_subscription, get_subscription
from client.models import (
    BroadcastAnswer,
    CreatedSubscriptionAnswer,
    DeliveryWithAttemptsAnswer,
    EventStatusAnswer,
    Problem,
    PublishedAnswer,
    SubscriptionInput,
)


def final_status(client: AuthenticatedClient, task_id: str) -> str:
    for _ in range(300):
        delivery = get_status.sync(task_id, client=client)
        assert isinstance(delivery, DeliveryWithAttemptsAnswer), delivery
        if delivery.finished_at is not None:
            assert delivery.finished_at >= delivery.created_at
            return delivery.status.value
        time.sleep(0.1)
    raise TimeoutError(f"{task_id} did not finish")


with AuthenticatedClient(base_url=os.environ["WEBHOOKS_URL"], token=os.environ["WEBHOOKS_API_KEY"]) as client:
    wanted = SubscriptionInput(target_url=os.environ["WEBHOOKS_TARGET"], event_types=["order.created", "order.paid"])
    created = create_subscription.sync(client=client, body=wanted)
    assert isinstance(created, CreatedSubscriptionAnswer), created
    published = publish_to_subscription.sync(
        created.id, client=client, body={"order": 42}, x_event_type="order.created"
    )
    assert isinstance(published, PublishedAnswer), published
    status = final_status(client, published.task_id)
    to_all = publish_to_all.sync("order.paid", client=client, body={"order": 43})
    assert isinstance(to_all, BroadcastAnswer), to_all
    event = get_status.sync(to_all.event_id, client=client)
    assert isinstance(event, EventStatusAnswer), event
    unknown = get_subscription.sync("sub_01k6zv1yqpe7rtqq6zjy2k3m4n", client=client)
    assert isinstance(unknown, Problem), unknown
    deliveries = len(event.deliveries)
    print(json.dumps({"status": status, "deliveries": deliveries, "problem": unknown.code}))
