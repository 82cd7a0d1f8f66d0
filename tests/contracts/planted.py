"""Bugs planted in the stores and in what maintains them, as edits of the code, each with the trial that sees it."""

# ruff: noqa: E501 - what stands in the code is quoted as it stands there
from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Bug:
    """One planted bug: what stands in a module, what a stranger would have written, and who notices."""

    says: str
    module: str
    right: str
    wrong: str
    seen_by: str

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Let the house have this bug for a while."""
        module = importlib.import_module(f"cartback.{self.module}")
        source = inspect.getsource(module)
        assert source.count(self.right) == 1, (
            f"{self.module}: {self.right!r} stands there {source.count(self.right)}x"
        )
        other = ModuleType(module.__name__)
        other.__file__ = module.__file__
        exec(compile(source.replace(self.right, self.wrong), module.__file__, "exec"), vars(other))
        undo = [*_values(module, other), *_functions(vars(module), vars(other))]
        try:
            yield
        finally:
            for holder, name, was in undo:
                setattr(holder, name, was)


def _values(module: ModuleType, other: ModuleType) -> Iterator[tuple[Any, str, Any]]:
    """Give a module the constants that the other one has; yields how to undo it."""
    for name, new in vars(other).items():
        was = vars(module).get(name)
        if isinstance(new, int | str | tuple | frozenset) and not name.startswith("__") and new != was:
            setattr(module, name, new)
            yield module, name, was


def _functions(mine: dict[str, Any], others: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Give functions and methods, which others may hold already, the code that their namesakes have."""
    for name, wrapped in others.items():
        was, new = (inspect.unwrap(each) if callable(each) else each for each in (mine.get(name), wrapped))
        if inspect.isclass(was) and inspect.isclass(new) and was.__module__ == new.__module__:
            if was is not new:
                yield from _functions(dict(vars(was)), dict(vars(new)))
        elif isinstance(was, FunctionType) and isinstance(new, FunctionType) and was.__code__ != new.__code__:
            before, was.__code__ = was.__code__, new.__code__
            yield was, "__code__", before


def _bugs(module: str, *told: tuple[str, str, str, str]) -> list[Bug]:
    return [Bug(says, module, right, wrong, seen_by) for says, right, wrong, seen_by in told]


STORY = "a_long_story_is_told_whole_and_in_order_without_what_is_over"
READ = "more_rows_than_a_request_takes_are_all_read_and_none_of_another_shop"
PURGE = "a_shop_is_taken_out_of_every_table_but_for_blocks_and_proofs_and_no_other_shop_is"
DUES = "everything_that_is_due_is_found_and_dropped_and_nothing_else"
NAMES = "a_purchase_is_kept_with_a_hundred_and_fifty_names_beside_it"
ONCE = "each_of_many_events_is_begun_once_and_done_or_given_back"
SHOPS = "every_shop_and_each_of_its_versions_is_found"
CLAIMS = "every_claim_of_a_day_is_found_and_those_in_doubt_of_all_shops"
STATES = "a_claim_goes_through_its_states_and_each_only_from_the_one_before"
SECRETS = "secrets_are_kept_changed_dropped_and_brought_back"
BUSY = "every_word_for_being_busy_means_to_try_later"
QUICKER = "who_was_quicker_is_told_from_who_is_busy_and_both_from_a_bug"
ERASED = "whoever_is_erased_is_in_no_page_of_anything_after_two_rounds"
GONE = "a_shop_that_is_gone_is_in_no_page_of_anything_and_its_neighbour_is"
COMPARED = "a_comparison_goes_on_where_it_stood_and_brings_each_lost_thing_once"
PROOFS = "within_thirty_days_every_proof_of_somebody_who_is_gone_is_given_its_end"
FADED = "every_proof_of_a_person_is_given_an_end_once_and_the_others_last"
OWNED = "somebodys_carts_are_found_under_every_row_and_account_of_theirs"
SIEVED = "only_objects_that_may_be_about_somebody_are_opened_and_no_page_is_left_out"
PARTS = "parts_of_a_run_come_back_in_order_and_go_without_those_of_others"
RAW = "what_is_unwanted_is_taken_out_of_every_object_of_a_shop"
TIME = "every_event_of_a_time_is_found_and_what_is_gone_is_left_out"

BUGS: list[Bug] = [
    *_bugs(
        "store.paging",
        ("Only the first page of anything is read.", 'if "LastEvaluatedKey" not in answer:', "if True:", STORY),
        ("Every page is the first.", 'ask["ExclusiveStartKey"] = answer["LastEvaluatedKey"]', "return", CLAIMS),
        ("Keys that were left unprocessed are taken for missing rows.",
         'left = answer.get("UnprocessedKeys") or {}', "left = {}", READ),
        ("Writes that were left unprocessed are forgotten.",
         'left = answer.get("UnprocessedItems") or {}', "left = {}", DUES),
        ("One key more is asked for than AWS takes.", "MOST_PER_GET, MOST_PER_WRITE = 100, 25",
         "MOST_PER_GET, MOST_PER_WRITE = 101, 25", READ),
        ("One write more is sent than AWS takes.", "MOST_PER_GET, MOST_PER_WRITE = 100, 25",
         "MOST_PER_GET, MOST_PER_WRITE = 100, 26", DUES),
        ("Whoever moves slowly is given up.", "idle = idle + 1 if left >= asked else 0", "idle = idle + 1", READ),
    ),
    *_bugs(
        "store.splitting",
        ("One write more goes into a transaction than AWS takes.", "MOST_WRITES = 100", "MOST_WRITES = 101", NAMES),
        ("What is left after the last full transaction is not written.",
         "    if taken:\n        yield taken", "    if len(taken) >= MOST_WRITES:\n        yield taken", NAMES),
        ("The first of each further transaction is left out.", "            taken, size = [], 0\n        taken = [*taken, *unit]",
         "            taken, size = [], 0\n            continue\n        taken = [*taken, *unit]", NAMES),
        ("How much a transaction weighs is not asked.", "MOST_BYTES = 4_000_000", "MOST_BYTES = 40_000_000",
         "rows_that_are_too_heavy_for_one_transaction_are_all_kept"),
    ),
    *_bugs(
        "store.trade.records",
        ("A word and its proof are torn apart.", "            yield [put_person(here, person, now), *proofs]",
         "            yield from ([write] for write in (*proofs, put_person(here, person, now)))",
         "a_save_that_was_torn_between_transactions_is_made_good_by_the_next_try"),
        ("The proof of a word is not kept.", "yield [put_person(here, person, now), *proofs]",
         "yield [put_person(here, person, now)]", NAMES),
        ("Of a long save only the first part is written.", "            self._write(part, tries)",
         "            return self._write(part, tries)", NAMES),
        ("A row that somebody else made is overwritten.", '"attribute_not_exists(pk) OR expires_at <= :now"\n        put',
         '"attribute_not_exists(sk) OR expires_at <= :now"\n        put',
         "a_row_that_somebody_else_changed_is_never_overwritten_however_large_the_save"),
        ("What is past its time is read until it is swept.", "if row is None or is_expired(row, now):",
         "if row is None:", "what_is_past_its_time_is_not_read_though_nobody_swept_it"),
        ("Variants that were not guessed are not read.",
         "more = set(view.variants) - page.stock.keys() if variants is not None else set()", "more = set()",
         "a_dossier_has_every_variant_of_a_long_cart_and_the_last_of_a_chain_of_people"),
        ("The version of a request is not asked.", '"ConditionExpression": "version = :version"',
         '"ConditionExpression": "version <= :version"', STATES),
    ),
    *_bugs(
        "store.tables",
        ("Variants of all shops share their rows.", 'f"{shop}#variant#{variant_id}"', 'f"#variant#{variant_id}"', READ),
        ("A counter counts for all names.", 'f"{shop}#count#{name}#{window}"', 'f"{shop}#count#{window}"',
         "a_count_grows_by_one_each_time_and_begins_anew_with_its_window"),
        ("Proofs of people whose ids begin alike lie together.", 'f"{shop}#consent#{person_id}"',
         'f"{shop}#consent#{person_id[:2]}"', "a_long_chain_of_proofs_is_read_whole_and_of_one_person_alone"),
    ),
    *_bugs(
        "store.messaging.ledger",
        ("A story has lines that are over.", "for page in told for row in page if not is_expired(row, now)]",
         "for page in told for row in page]", STORY),
        ("A claim is found after its time.",
         "return row if row is not None and not is_expired(row, self._clock.now()) else None", "return row",
         "a_claim_is_taken_once_with_all_its_links"),
        ("A mark is written over any state.", '        put = self._put_claim(after, "#state = :state", before.state)',
         '        put = self._put_claim(after, "attribute_exists(pk) OR #state = :state", before.state)', STATES),
        ("A throttled claim counts as a row that changed.",
         'if not reasons or not set(reasons) <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:', "if not reasons:",
         "a_claim_that_could_not_be_asked_for_is_tried_later_and_one_that_met_another_is_decided_again"),
    ),
    *_bugs(
        "store.messaging.claim_index",
        ("A claim is found by its day after its time.", "            if not is_expired(row, now)\n", "", CLAIMS),
        ("The days of all shops are one.", 'f"{shop}#{day.isoformat()}"', 'f"#{day.isoformat()}"', CLAIMS),
    ),
    *_bugs(
        "store.messaging.due",
        ("Only the first page of the list is read.", "rows = (row for page in listed for row in page if",
         "rows = (row for row in next(listed) if", DUES),
        ("The lists of all shops are one.", 'return f"{shop}#due#{shard}"', 'return f"due#{shard}"', DUES),
        ("Nobody looks at the last part of the list.", "for shard in range(SHARDS) for due", "for shard in range(SHARDS - 1) for due",
         DUES),
        ("An entry that is over is started once more.", " if not is_expired(row, now))", ")", DUES),
    ),
    *_bugs(
        "store.intake.once",
        ("More events are begun at once than a transaction takes.", "_MOST_PER_TRANSACTION = 100",
         "_MOST_PER_TRANSACTION = 130", ONCE),
        ("Only the first hundred events are begun.", "for part in batched(names, _MOST_PER_TRANSACTION, strict=False):",
         "for part in [names[:_MOST_PER_TRANSACTION]]:", ONCE),
        ("What was begun may be begun again.", '"attribute_not_exists(pk) OR expires_at < :now"',
         '"attribute_exists(pk) OR attribute_not_exists(pk)"', ONCE),
    ),
    *_bugs(
        "store.errors",
        ("A key that is throttled is a bug.", ' or "throttl" in code.lower()', "", BUSY),
        ("A request that took too long is a bug.", "RequestTimeout RequestTimeoutException ", "", BUSY),
        ("A transaction that met another one is a bug.", ', "TransactionConflict"})', "})", QUICKER),
        ("A throttled transaction counts as somebody who was quicker.", '"TransactionConflict"})',
         '"TransactionConflict", "ThrottlingError"})', QUICKER),
        ("What no one knows is tried for ever.", "            raise TryLater(f\"could not {doing}: {code or status}\") from error\n        raise\n",
         "            pass\n        raise TryLater(doing) from error\n", QUICKER),
    ),
    *_bugs(
        "store.messaging.standing",
        ("The day before the window counts.", "text(_day(now - WINDOW))", "text(_day(now - 2 * WINDOW))",
         "every_day_of_the_window_counts_and_all_of_them_are_forgotten"),
    ),
    *_bugs(
        "store.results.insights",
        ("An audit is read after its time.", "None if row is None or is_expired(row, self._clock.now())", "None if row is None",
         "each_day_has_its_audit_until_it_is_over"),
    ),
    *_bugs(
        "store.bus",
        ("A fact that was not taken is lost.", 'if answer.get("FailedEntryCount"):', 'if answer.get("FailedEntries"):',
         "every_fact_is_told_and_one_that_was_not_taken_is_said_to_be_missing"),
        ("A run that ran before counts as started.", "                return False", "                return True",
         "a_run_starts_once_under_its_name"),
    ),
    *_bugs(
        "store.intake.keys",
        ("A shop whose secret was dropped is a bug.", '("ResourceNotFoundException", "InvalidRequestException")',
         '("ResourceNotFoundException",)', SECRETS),
    ),
    *_bugs(
        "store.shop.settings",
        ("Every second page of shops is not listed.",
         'return sorted(item["pk"]["S"] for page in pages for item in page["Items"])',
         'return sorted(item["pk"]["S"] for page in pages[::2] for item in page["Items"])', SHOPS),
        ("Shops beyond the first page are not shown.", 'kept = [_kept(item) for page in pages for item in page["Items"]]',
         'kept = [_kept(item) for item in pages[0]["Items"]]', SHOPS),
    ),
    *_bugs(
        "store.results.browse",
        ("An operator sees the first page for ever.", 'ask["ExclusiveStartKey"] = answer["LastEvaluatedKey"]', "pass",
         "an_operator_sees_every_cart_of_a_shop_the_latest_first"),
        ("A receipt of fewer than ten letters ends the looking.", "            if not messages:\n                return",
         "            if len(messages) < 10:\n                return", "every_parked_event_is_shown_and_sent_on_and_the_others_stay"),
    ),
    *_bugs(
        "store.intake.raw",
        ("Only the first page of objects is replayed.", "        for page in pages:", "        for page in pages[:1]:", TIME),
        ("An object that is gone ends a replay.", '== "NoSuchKey"', '== "NotFound"', TIME),
    ),
    *_bugs(
        "store.people.sweeping",
        ("A purge takes the first page of each table.", "        if following:\n            return f\"{here}|{following}\"\n", "", PURGE),
        ("A purge takes shops whose names begin alike.", 'self._page(tables[here], f"{shop}#", inside)',
         "self._page(tables[here], shop, inside)", PURGE),
        ("A purge lifts what blocks people.", '.startswith((f"{shop}#block#", proof))', ".startswith(proof)", PURGE),
        ("A purge takes the proofs.", '.startswith((f"{shop}#block#", proof))', '.startswith(f"{shop}#block#")', PURGE),
        ("A sweep looks at one page of carts again and again.", 'cart_key(shop, ""), cursor)', 'cart_key(shop, ""), "")',
         "every_cart_of_a_shop_is_seen_once_over_all_pages"),
        ("Carts of a release before are passed over.", 'if "body" in row and "owner" not in row:', 'if "owner" in row:', OWNED),
        ("Entering ends after the first page.", 'return f"{_ENTERING}{following}" if following else ""', 'return ""', OWNED),
        ("Carts that were told with an account are found by their owner alone.", "for write in told_with(", "for write in [] and told_with(", OWNED),
        ("An end that was set is put off.", 'for page in proof for row in page if "expires_at" not in row)',
         "for page in proof for row in page)", FADED),
        ("Receipts are counted for letters.", "looked_at += len(messages)\n            yield", "looked_at += 100\n            yield",
         "every_dead_letter_is_looked_at_and_the_wanted_ones_are_still_there"),
        ("Letters that stay are hidden.", "            self._give_back(list(kept.values()))", "            self._give_back([])",
         "every_dead_letter_is_looked_at_and_the_wanted_ones_are_still_there"),
    ),
    *_bugs(
        "store.people.raw_sweeping",
        ("Raw events beyond the first page are kept.",
         'return found, listed[-1] if listed and answer.get("IsTruncated") else ""', 'return found, ""', RAW),
        ("Raw events of shops whose names begin alike are taken.", '"Prefix": f"{shop}/", "MaxKeys"', '"Prefix": shop, "MaxKeys"', RAW),
        ("An object is kept or deleted as a whole.", "            if not kept:\n", "            if kept:\n", RAW),
        ("Every object is opened.", "if holds(key, names):", "if True:", SIEVED),
        ("What has no sieve is passed over.", "if holds(key, names):", 'if holds(key, names) and "." in key[:-9]:', SIEVED),
        ("Exports of people whose ids begin alike are dropped.", '.removesuffix("json")', '.removesuffix(".json")',
         "exports_are_dropped_for_one_person_or_for_a_whole_shop_and_for_nobody_else"),
        ("The parts of all runs are one.", '{person_id}.parts/{run}/"', '{person_id}.parts/"', PARTS),
        ("Parts come as their names are spelled.", "{number:06d}.json", "{number}.json", PARTS),
    ),
    *_bugs(
        "usecases.people.sweep_erased",
        ("A sweep goes on with the next part after one page.",
         "here = Place(here.round, here.part, following) if following else Place(here.round, here.part + 1)",
         "here = Place(here.round, here.part + 1)", ERASED),
        ("Nobody looks a second time.", "        if here.round == 1:", "        if here.round == 0:", ERASED),
        ("The first round has no end.", 'return _answer("wait", Place(2), ', 'return _answer("wait", Place(1), ', GONE),
        ("Exports of everybody are dropped with one.", 'person.person_id if person else "")\n        if', '"")\n        if', ERASED),
        ("A sweep begins anew with each call.", "        here = Place.read(place)\n", "        here = Place(Place.read(place).round)\n",
         ERASED),
    ),
    *_bugs(
        "usecases.shop.reconcile",
        ("Where a comparison stands is not kept.", '        self.book.keep(health)\n        return _answer("more"',
         '        self.book.keep(before)\n        return _answer("more"', COMPARED),
        ("Each page of a list is the first.", "health.cursors[name] or None", "None", COMPARED),
        ("Only one list is compared.", "        if not health.cursors:\n            state", "        if len(health.cursors) < 2:\n            state",
         COMPARED),
        ("A cursor that the shop refuses is given again.", "self.book.keep(healths.failed(before, refusal.reason))",
         "self.book.keep(replace(before, problem=refusal.reason))", "a_shop_that_turns_us_away_begins_anew_and_says_why"),
    ),
    *_bugs(
        "domain.shop.health",
        ("A list ends after its first page.", "    if cursor is not None:", "    if cursor is None:", COMPARED),
    ),
    *_bugs(
        "usecases.consent.end_proofs",
        ("The same part is looked through every day.", "now.date().toordinal() % PARTS, PARTS", "0, PARTS", PROOFS),
        ("One person a day is looked after.", "            ended += 1\n", "            ended += 1\n            break\n", PROOFS),
        ("Proofs of the living end.", "        if page.persons[person_id] is not None:\n            return True\n", "", PROOFS),
    ),
    *_bugs(
        "usecases.results.audit",
        ("Only the first batch of claims is judged.", "batched(self.index.claimed_on(shop, day), _PER_READ, strict=False)",
         "[*batched(self.index.claimed_on(shop, day), _PER_READ, strict=False)][:1]",
         "every_claim_of_a_day_is_settled_and_judged_in_more_than_one_batch"),
    ),
    *_bugs(
        "usecases.start_listed",
        ("Of each group one entry is dropped.", "self.index.drop(runs)", "self.index.drop(runs[:1])",
         "every_listed_cart_starts_its_run_or_is_left_out_with_a_reason"),
    ),
    *_bugs(
        "usecases.people.export_person",
        ("An export has the first page of carts.", "            if not cursor:\n", "            if True:\n",
         "an_export_holds_everything_of_one_person_and_nothing_of_others"),
    ),
    *_bugs(
        "store.connectors.connections",
        ("Only the first page of a shop's connections is listed.", "return (row for page in found for row in page)",
         "return (row for page in [next(found)] for row in page)",
         "every_connection_and_token_of_a_shop_is_listed_over_all_pages"),
    ),
    *_bugs(
        "store.desk.book",
        ("All shops have one desk.", 'row in self._list(f"{shop}#desk")]', 'row in self._list("demo#desk")]',
         "everything_on_the_desk_is_seen_over_all_pages_and_answered_once"),
        ("What is due later is due now.", 'islice(self._list(f"{shop}#desk", now), _MOST)', 'islice(self._list(f"{shop}#desk"), _MOST)',
         "everything_on_the_desk_is_seen_over_all_pages_and_answered_once"),
    ),
]  # fmt: skip
