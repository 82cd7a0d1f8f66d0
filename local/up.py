"""`make up` and `make down`: the local cloud with one shop and no shoppers, for trying things by hand."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from types import FrameType
from typing import NoReturn

from cartback.domain.errors import Refused
from local import tryout
from local.clock import speed as speed_of
from local.cloud import STATE
from local.demo import back as backs
from local.demo import front as fronts
from local.demo import shop
from local.demo.assortment import PLENTY
from local.demo.front import Front
from local.demo.platforms import DemoShop, Ground
from local.demo.platforms.shopify import Shop
from local.demo.sender import Wire
from local.demo.shopify import amount
from local.stage import STACK_FILE, Stage, announced, free, running

STOP_SECONDS = 30
QUEUE_SECONDS = 2.0

_HOW_TO = """\
Cartback is up: {speed:g} virtual seconds pass in one.

  door      {api_url}
  inbox     {inbox_url}
  shop      {front_url}   ("demo", a Shopify shop without quiet hours)
  AWS       AWS_ENDPOINT_URL={endpoint_url} aws --region {region} ...
  details   .local/stack.json, .local/ministack.log, .local/deploy.log

Leave a cart. In another shell (bash or zsh), send what Shopify sends when somebody stops at the checkout, signed with
the shop's webhook secret:

  SHOP=demo SECRET='{secret}'
  NOW=$(curl -s {inbox_url}/now)
  BODY='{{"id":1,"token":"c1","email":"mia@example.com","buyer_accepts_marketing":true,"customer_locale":"{lang}",'
  BODY+='"created_at":"'$NOW'","updated_at":"'$NOW'","currency":"EUR","total_price":"{price}","line_items":['
  BODY+='{{"variant_id":{variant_id},"title":"{title}","variant_title":"{option}",'
  BODY+='"price":"{price}","quantity":1}}],'
  BODY+='"customer":{{"id":1,"email":"mia@example.com","email_marketing_consent":{{"state":"subscribed",'
  BODY+='"opt_in_level":"confirmed_opt_in","consent_updated_at":"'$NOW'"}}}},'
  BODY+='"abandoned_checkout_url":"{front_url}/checkouts/c1/recover?lang={lang}"}}'
  SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64)
  curl -i {api_url}/webhooks/$SHOP -H 'Content-Type: application/json' -H 'X-Shopify-Topic: checkouts/create' \\
    -H "X-Shopify-Webhook-Id: $(date +%s)" -H "X-Shopify-Hmac-Sha256: $SIGNATURE" -d "$BODY"

The first mail is in the inbox {mail_after:.0f} seconds later. What happened, and why:

  .venv/bin/cartback --local cart show demo c1

Connect a shop yourself, as step 5 of docs/shops/shopify.md says; what it takes lies in .local/myshop:

  cd .local/myshop && source ../../.venv/bin/activate
  cartback --local shop add myshop --file shop.yaml
  cartback --local shop secret myshop --secret-file secret.txt
  cartback --local shop connect myshop --access-file access.yaml --wait 300

While the last one waits, send the lines above with SHOP=myshop SECRET=$(cat .local/myshop/secret.txt)

Ctrl-C or `make down` stops it.
"""


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def tell(stage: Stage, front_url: str, secret: str) -> None:
    """Print where everything is and how to send a first webhook."""
    thing = PLENTY[0]
    words = {
        "front_url": front_url,
        "secret": secret,
        "lang": "en",
        "variant_id": thing.variant_id,
        "title": thing.title("en"),
        "option": thing.option("en"),
        "price": amount(thing.price),
        "mail_after": QUEUE_SECONDS + stage.clock.real_seconds(timedelta(hours=1)),
    }
    print(_HOW_TO.format(**stage.as_json(), **words), flush=True)


def up(speed: float) -> int:
    """Run the local cloud with a shop until Ctrl-C or SIGTERM; give the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    print("Building and deploying, some 30 seconds ...", flush=True)
    front, offices = Front({"c1": ((PLENTY[0], 1),)}), dict[str, DemoShop]()
    try:
        with (
            fronts.running(front, free(fronts.PORT)) as front_url,
            backs.running(offices, free(backs.PORT)) as back_url,
            running(speed) as stage,
            announced(stage),
        ):
            wire = Wire(stage.clock)
            shopify = Shop(Ground(stage.clock, wire, stage.api_url, front_url, back_url))
            offices[shopify.shop] = shopify
            shop.connect(stage, shopify, policy={"quiet_hours": None})
            shop.stocked(shopify, stage.clock.now())
            mine = offices[tryout.MyShop.shop] = tryout.MyShop(shopify.ground)
            tryout.laid_out(mine, STATE / mine.shop)
            tell(stage, front_url, shopify.secret)
            stage.time.run(threading.Event())
    except KeyboardInterrupt:
        print("Stopped.")
    except (RuntimeError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def down() -> int:
    """Stop the local cloud that runs in another shell and wait until it is gone; give the exit code."""
    try:
        pid = json.loads(STACK_FILE.read_text())["pid"]
        os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        STACK_FILE.unlink(missing_ok=True)
        print("Nothing is running.")
        return 0
    deadline = time.monotonic() + STOP_SECONDS
    while _alive(pid):
        if time.monotonic() > deadline:
            print(f"Process {pid} does not stop.", file=sys.stderr)
            return 1
        time.sleep(0.1)
    print("Stopped.")
    return 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.up", description=__doc__)
    parser.add_argument(
        "--speed", type=speed_of, default=600.0, help="virtual seconds per real second, above 0"
    )
    parser.add_argument("--stop", action="store_true", help="stop the one that runs")
    options = parser.parse_args()
    return down() if options.stop else up(options.speed)


if __name__ == "__main__":
    sys.exit(main())
