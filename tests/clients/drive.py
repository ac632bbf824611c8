"""The Python client that openapi-python-client makes of infra/openapi.yaml, against a `local` that runs: each
answer must be of the type that is declared for it. `.ci/clients` makes the client and says where `local` is."""
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import TypeVar

from kembali_client import AuthenticatedClient
from kembali_client.api.checkouts import create_checkout, list_checkouts, read_checkout, refund_checkout
from kembali_client.api.markets import create_campaign, list_campaigns, read_payer
from kembali_client.api.merchants import apply_as_merchant, read_merchant
from kembali_client.models import (Application, Campaign, Campaigns, Channel, Checkout, CheckoutPage, Country,
                                   Currency, FundedByBoth, GatewayMessage, Merchant, Money, NewCampaign,
                                   NewCheckout, NewPayer, NewRefund, PayerCashback, Problem, ProblemType,
                                   RewardPercent, Split, Tender)

T = TypeVar("T")
PATIENCE_SECONDS = 20


def typed(answer: object, wanted: type[T]) -> T:
    assert isinstance(answer, wanted), f"{wanted.__name__} was promised: {answer}"
    return answer


def client(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["API"], token=token)


def name() -> str:
    return f"py-{uuid.uuid4().hex[:8]}"


def sgd(value: str) -> Money:
    return Money(value=value, currency=Currency.SGD)


def pay(url: str) -> None:
    """Presses the button on the page of Stripe's stand-in, and does not follow it back to the shop."""
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    form = urllib.parse.urlencode({"method": "card", "number": "4242424242424242"}).encode()
    try:
        urllib.request.build_opener(Stay).open(url, form)
    except urllib.error.HTTPError as answer:
        assert answer.code == 303, answer


def paid(merchant: AuthenticatedClient, checkout: Checkout) -> Checkout:
    """The checkout once the payment has arrived."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        known = typed(read_checkout.sync(checkout.id, client=merchant), Checkout)
        if known.status == "paid":
            return known
        time.sleep(0.1)
    raise AssertionError("the payment did not arrive")


def merchants(operator: AuthenticatedClient) -> None:
    application = Application(reference=name(), name="Kopi", email="owner@shop.example", country=Country.SG)
    new = typed(apply_as_merchant.sync(client=operator, body=application), Merchant)
    merchant = client(typed(new.api_key, str))
    assert typed(read_merchant.sync(new.id, client=merchant), Merchant).reference == application.reference
    refused = read_merchant.sync(new.id, client=client("kmb_nobody"))
    assert typed(refused, Problem).type_ == ProblemType.URNKEMBALIPROBLEMUNAUTHORIZED


def checkouts(merchant: AuthenticatedClient) -> None:
    order = NewCheckout(reference=name(), amount=sgd("25.00"), channel=Channel.CHAT, description="2 kopi",
                        payer=NewPayer(phone="+6591234567"))
    checkout = typed(create_checkout.sync(client=merchant, body=order), Checkout)
    assert typed(create_checkout.sync(client=merchant, body=order), Checkout).id == checkout.id
    order.amount = sgd("26.00")
    other = typed(create_checkout.sync(client=merchant, body=order), Problem)
    assert (other.status, other.field) == (409, "amount"), other

    pay(typed(checkout.url, str))
    assert paid(merchant, checkout).amount == sgd("25.00")
    page = typed(list_checkouts.sync(client=merchant, limit=100), CheckoutPage)
    assert checkout.id in [known.id for known in page.checkouts]
    refund = NewRefund(reference="r-1", amount=sgd("1.00"))
    refunded = typed(refund_checkout.sync(checkout.id, client=merchant, body=refund), Checkout)
    assert [refund.amount for refund in typed(refunded.refunds, list)] == [sgd("1.00")]


def campaigns(operator: AuthenticatedClient) -> None:
    # No more than must be said: what has a usual value is optional.
    rule = NewCampaign(id=name(), reward=RewardPercent(kind="percent", percent="2.5"), methods=[Tender.CARD],
                       starts_at="2026-01-01", ends_at="2099-01-01",
                       funding=FundedByBoth(split=Split(platform_bps=2500)))
    campaign = typed(create_campaign.sync(Country.SG, client=operator, body=rule), Campaign)
    assert typed(campaign.reward, RewardPercent).percent == "2.5" and campaign.promise_hours == 48
    known = typed(list_campaigns.sync(Country.SG, client=operator), Campaigns)
    assert [other.funding for other in known.campaigns if other.id == rule.id] == [rule.funding]
    refused = typed(list_campaigns.sync(Country.SG, client=client("expired")), GatewayMessage)
    assert refused.message == "Unauthorized"


def payers(operator: AuthenticatedClient) -> None:
    answer = read_payer.sync("+6591234567", client=operator, country=Country.SG,
                             merchant=os.environ["MERCHANT"], amount="25.00")
    payer = typed(answer, PayerCashback)
    assert Tender.CARD in [offer.method for offer in typed(payer.offers, list)], payer
    assert typed(read_payer.sync("+65", client=operator, country=Country.SG), Problem).field == "phone"


merchants(client(os.environ["OPERATOR"]))
campaigns(client(os.environ["OPERATOR"]))
checkouts(client(os.environ["KEY"]))
payers(client(os.environ["OPERATOR"]))
