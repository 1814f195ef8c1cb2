"""Every metric of the house, declared once. Labels are names of ours, never anything of a citizen's."""

from prometheus_client import Counter, Gauge, Histogram

INPUTS = Counter("hub_inputs", "Records a stage finished with.", ["stage", "verdict"])
OUTPUTS = Counter("hub_outputs", "Events a stage gave out, repetitions included.", ["stage"])
BATCH_SECONDS = Histogram(
    "hub_batch_seconds",
    "From a fetched batch to its committed offsets.",
    ["stage"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
RETRIES = Counter("hub_retries", "Batches begun again because something was away.", ["stage", "reason"])
STOPPED = Gauge("hub_stage_stopped", "1 while a stage refuses to go on.", ["stage"])
POSTINGS = Counter("hub_postings", "Postings that knocked at a door.", ["platform", "verdict"])
IGNORED_FIELDS = Counter("hub_ignored_fields", "Fields of postings the hub does not know.", ["platform"])
PULLS = Counter("hub_pulls", "Pages asked of source platforms.", ["platform", "result"])
RECEIPTS = Counter("hub_receipts", "Receipts to source platforms.", ["platform", "result"])
CLOCKS_FIRED = Counter("hub_clocks_fired", "Promises that fell due and were not kept.", ["kind"])
CLOCK_LATENESS = Histogram(
    "hub_clock_lateness_seconds",
    "From the due time of a clock to its command in the log.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 30, 300),
)
POSTPONED = Counter("hub_postponed", "Commands sent again because their case was not there yet.")
ACTIONS = Counter("hub_actions", "What people asked to be done to cases.", ["action", "result"])
LOOK_SECONDS = Histogram(
    "hub_look_seconds",
    "From the receipt of a matter a person should look at to somebody at a centre having it open.",
    buckets=(5, 10, 20, 30, 45, 60, 120, 300, 900, 3600),
)
LOOKS_WAITING = Gauge("hub_looks_waiting", "Matters a person should look at and nobody has.")
LOOK_OLDEST = Gauge("hub_look_oldest_seconds", "How long the oldest of them has been waiting.")
STREAM_EVENTS = Counter("hub_stream_events", "Events shown to subscribed agencies.", ["agency"])
STREAMS_OPEN = Gauge("hub_streams_open", "Streams and polls agencies have open.", ["agency"])
SUGGESTIONS = Counter("hub_suggestions", "Questions to a language model, by what came of them.", ["outcome"])
SUGGESTION_SECONDS = Histogram(
    "hub_suggestion_seconds",
    "What a question to the language model took.",
    buckets=(0.2, 0.5, 1, 2, 5, 10, 20, 60, 120),
)
