"""The tables of the database, as peewee models.

This file and `engine/memory/store/` are the only ones that know peewee.

The models are bound to no database: every query names the one it runs on (`query.execute(database)`), so two engines
may live in one process.

Rules that hold in every transaction:

- `Memory.number` is internal: the sequence at which the record was written first, so it rises and is never used
  twice. `Memory.id` is what the world sees.
- `Memory.sequence` is the number of the record's last change, drawn from one rising counter (`meta.sequence`). A
  derived index knows the last sequence it holds and catches up from there.
- `Memory.label` names the record in its layer's vector index. It is the sequence at which its vector or its layer
  was last set, so labels rise and are never used twice; a changed vector or a move to another layer draws a new one.
  It is NULL exactly where the record is not in the hot indexes: deleted, archived.
- Whatever leaves a hot index (deleted, archived, moved, given a new vector, erased) writes a `Removal` with the old
  layer and label in the same transaction, so that indexes can drop it without reading everything.
- `group_key` and `position` give the neighbours: `s:<session>` by `occurred_at` for turns (what is said now
  stands behind all others, whatever the clock says), `d:<document id>` by chunk index for documents; ties go by
  `number`.
- Messages of a conversation are a tree: `Message.parent` is the message before ('' for the first), versions of one
  message have one parent. `shown` marks the one branch that is shown, so that a page of it is one index range: a parent
  always has the smaller number. `chosen` marks, among versions, the one shown last, so that a branch that comes back
  comes back as it was.
- What is known, and since when: `created_at` is when a memory was recorded, `superseded_at` and `deleted_at` when it
  was recorded no longer to hold; `occurred_at` and `valid_to` say when it is true in the world. An edited memory keeps
  its row; the text before becomes a row of its own, outside of the hot indexes, with `version_of` and `superseded_by`.
- Every change of a memory's life writes a `History` row; rows of one deed share its `action` and are undone together.
- Times are whole microseconds since 1970 UTC.
"""

from __future__ import annotations

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    Model,
    ModelIndex,
    TextField,
)

from engine.memory.store.conversation_records import (
    Attachment as Attachment,  # noqa: PLC0414 - given out from here
    Conversation as Conversation,  # noqa: PLC0414 - given out from here
    Draft as Draft,  # noqa: PLC0414 - given out from here
    Message as Message,  # noqa: PLC0414 - given out from here
    ModelUsage as ModelUsage,  # noqa: PLC0414 - given out from here
    Summary as Summary,  # noqa: PLC0414 - given out from here
    View as View,  # noqa: PLC0414 - given out from here
)

SCHEMA_VERSION = 3
"""Rises with every migration; a database with a higher one was written by a newer Magray."""


class Meta(Model):
    """Single values: `sequence` (the last one drawn), `created_at`."""

    key = CharField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "meta"


class Document(Model):
    """One file that became memories.

    `missing_since` is when a watched folder was first seen without the file. `set_aside` names the action that deleted
    its memories after that, so that the file's return can undo it; '' where there was none.
    """

    number = AutoField()
    id = CharField(unique=True)
    path = TextField(index=True)
    title = TextField(default="")
    media_type = CharField(default="")
    size = BigIntegerField(default=0)
    modified_ns = BigIntegerField(default=0)
    content_hash = CharField(index=True)
    paged = BooleanField(default=False)
    pages = IntegerField(default=0)
    pages_without_text = IntegerField(default=0)
    chunks = IntegerField(default=0)
    note = TextField(null=True)
    created_at = BigIntegerField()
    updated_at = BigIntegerField()
    deleted_at = BigIntegerField(null=True)
    missing_since = BigIntegerField(null=True)
    set_aside = CharField(default="")

    class Meta:
        table_name = "document"


class Page(Model):
    """A document's text, page by page; number 1 alone where the format has no pages."""

    document = ForeignKeyField(Document, backref="page_rows", on_delete="CASCADE", column_name="document")
    page = IntegerField()
    text = TextField()

    class Meta:
        table_name = "page"
        indexes = ((("document", "page"), True),)


class Memory(Model):
    """One remembered text."""

    number = AutoField()
    id = CharField(unique=True)
    external_id = CharField(unique=True, null=True)
    text = TextField()
    layer = CharField()
    kind = CharField()
    speaker = TextField(null=True)
    session = TextField(null=True)
    title = TextField(null=True)
    tags = TextField(default="[]")
    content_hash = CharField(index=True)
    occurred_at = BigIntegerField()
    created_at = BigIntegerField()
    group_key = TextField(null=True)
    position = BigIntegerField(default=0)
    document = ForeignKeyField(
        Document, null=True, backref="memory_rows", on_delete="SET NULL", column_name="document", index=False
    )
    page = IntegerField(null=True)
    heading = TextField(default="[]")
    start = IntegerField(null=True)
    end = IntegerField(null=True)
    conversation_id = CharField(null=True)
    message_id = CharField(null=True)
    pinned = BooleanField(default=False)
    importance = FloatField(default=0.0)
    access_count = IntegerField(default=0)
    accessed_at = BigIntegerField(null=True)
    expires_at = BigIntegerField(null=True)
    superseded_by = CharField(null=True)
    valid_to = BigIntegerField(null=True)
    superseded_at = BigIntegerField(null=True)
    version_of = CharField(null=True, index=True)
    repeats = IntegerField(default=0)
    moved_at = BigIntegerField(null=True)
    archived_at = BigIntegerField(null=True)
    deleted_at = BigIntegerField(null=True)
    sequence = BigIntegerField(index=True)
    label = BigIntegerField(null=True, unique=True)

    class Meta:
        table_name = "memory"
        indexes = (
            (("group_key", "position", "number"), False),
            (("layer", "label"), False),
            (("document", "position"), False),
        )


Memory.add_index(
    ModelIndex(
        Memory,
        (
            Memory.access_count, Memory.accessed_at, Memory.deleted_at, Memory.archived_at, Memory.superseded_by,
            Memory.layer, Memory.kind, Memory.occurred_at, Memory.created_at, Memory.expires_at, Memory.pinned,
            Memory.document, Memory.conversation_id,
        ),
        name="memory_explorer",
    )
)  # fmt: skip
"""Holds all that the explorer filters and sorts by: reading 100,000 rows with their texts takes three times as long.

It begins with what no query compares by equality. Were it `deleted_at`, SQLite would take `deleted_at IS NULL` for
selective and read the whole index where a recall names a hundred rows by their numbers.
"""


class Vector(Model):
    """A memory's vector: float32, little-endian, `dimensions` numbers, length 1."""

    memory = ForeignKeyField(Memory, primary_key=True, on_delete="CASCADE", column_name="memory")
    model = CharField()
    dimensions = IntegerField()
    data = BlobField()

    class Meta:
        table_name = "vector"


class Removal(Model):
    """What left a hot index. Rows below what every index holds are pruned."""

    sequence = BigIntegerField(primary_key=True)
    memory = BigIntegerField()
    layer = CharField()
    label = BigIntegerField(null=True)
    group_key = TextField(null=True)

    class Meta:
        table_name = "removal"


class Usage(Model):
    """What happened to memories: recalled, quoted, opened, remembered, deleted. Promotion learns from it."""

    number = AutoField()
    at = BigIntegerField(index=True)
    event = CharField()
    memory = CharField(null=True, index=True)
    detail = TextField(null=True)

    class Meta:
        table_name = "usage"


class History(Model):
    """One change in the life of one memory.

    `event` is what was done (`promoted`, `demoted`, `kept`, `cooled`, `woken`, `pinned`, `edited`, `merged`, …),
    `actor` who did it (`owner`, `magray`), `reason` why, in words. `before` and `after` hold the changed fields as
    JSON: what undoing needs. `undone_at` is when the deed was taken back.
    """

    number = AutoField()
    action = CharField(index=True)
    at = BigIntegerField(index=True)
    memory = CharField(index=True)
    event = CharField()
    actor = CharField(default="owner")
    reason = TextField(default="")
    before = TextField(default="{}")
    after = TextField(default="{}")
    undone_at = BigIntegerField(null=True)

    class Meta:
        table_name = "history"


class Cluster(Model):
    """Memories about one thing: a name, a short text, and the centre of their vectors (float32, little-endian)."""

    number = AutoField()
    name = TextField(default="")
    summary = TextField(default="")
    model = CharField()
    centre = BlobField()
    size = IntegerField(default=0)
    made_at = BigIntegerField()

    class Meta:
        table_name = "cluster"


class ClusterMember(Model):
    """Which cluster a memory belongs to."""

    memory = ForeignKeyField(Memory, primary_key=True, on_delete="CASCADE", column_name="memory")
    cluster = ForeignKeyField(Cluster, backref="member_rows", on_delete="CASCADE", column_name="cluster")
    nearness = FloatField(default=0.0)

    class Meta:
        table_name = "cluster_member"


class Place(Model):
    """Where a memory lies on the map, in units in which the whole map is about 1 from its middle.

    `settled`: the layout put it there; else it was put between its neighbours. A place follows from the vector, so it
    goes with the memory, and whoever changes a vector deletes its place. `meta.places_model` says whose vectors these
    were.
    """

    memory = ForeignKeyField(Memory, primary_key=True, on_delete="CASCADE", column_name="memory")
    x = FloatField()
    y = FloatField()
    settled = BooleanField()

    class Meta:
        table_name = "place"


class Link(Model):
    """One memory made of others: an episode of its turns, a merged memory of its parts."""

    number = AutoField()
    memory = ForeignKeyField(Memory, backref="link_rows", on_delete="CASCADE", column_name="memory")
    part = ForeignKeyField(Memory, backref="whole_rows", on_delete="CASCADE", column_name="part")
    kind = CharField()

    class Meta:
        table_name = "link"
        indexes = ((("memory", "part", "kind"), True),)


class PromotionModel(Model):
    """One version of the model that decides what rises; `data` holds its parameters, `metrics` how it was judged."""

    number = AutoField()
    made_at = BigIntegerField()
    kind = CharField()
    features = CharField()
    state = CharField()
    metrics = TextField(default="{}")
    data = BlobField()

    class Meta:
        table_name = "promotion_model"


class PromotionExample(Model):
    """A memory as it was when it was judged, and what became of it within the horizon.

    `features` is the JSON list of its figures, `probability` what the model of version `model` said (0: the shipped
    one), `explored` whether chance decided, `propensity` how likely the decision was, `outcome` NULL until `due_at` has
    passed, `weight` corrects for how likely it was to be seen at all.
    """

    number = AutoField()
    memory = CharField(index=True)
    at = BigIntegerField()
    due_at = BigIntegerField(index=True)
    features = TextField()
    probability = FloatField()
    model = IntegerField(default=0)
    layer = CharField(default="interact")
    decision = CharField()
    explored = BooleanField(default=False)
    propensity = FloatField(default=1.0)
    outcome = IntegerField(null=True)
    weight = FloatField(default=1.0)

    class Meta:
        table_name = "promotion_example"


class WatchedFolder(Model):
    """A folder that is kept in step with the memory."""

    number = AutoField()
    id = CharField(unique=True)
    path = TextField(unique=True)
    paused = BooleanField(default=False)
    ignore = TextField(default="[]")
    added_at = BigIntegerField()
    scanned_at = BigIntegerField(null=True)
    problem = TextField(null=True)

    class Meta:
        table_name = "watched_folder"


class WatchedFile(Model):
    """A file of a watched folder as it was when it was last taken note of.

    `key` is the hash of its path: nothing here gives a name away, so that a forgotten document leaves none.
    `forgotten`: the owner forgot its document, so it is not read again by itself.
    """

    number = AutoField()
    folder = ForeignKeyField(WatchedFolder, backref="file_rows", on_delete="CASCADE", column_name="folder", index=False)
    key = BlobField()
    size = BigIntegerField(default=0)
    modified_ns = BigIntegerField(default=0)
    forgotten = BooleanField(default=False)

    class Meta:
        table_name = "watched_file"
        indexes = ((("folder", "key"), True),)


class BackgroundJob(Model):
    """What is kept of a background job from one start to the next."""

    name = CharField(primary_key=True)
    paused = BooleanField(default=False)
    ran_at = BigIntegerField(null=True)
    result = TextField(default="")
    failed = BooleanField(default=False)

    class Meta:
        table_name = "background_job"


class IngestFile(Model):
    """One row of the ingestion list; it survives restarts.

    A member of an archive has the archive's row as `parent`, the outermost archive's as `root`, and `staged`, where its
    bytes were unpacked to. `phase` is `ocr` where only pictures of pages are still to be read, and `again` where the
    owner wants it read although it is known.
    """

    number = AutoField()
    id = CharField(unique=True)
    batch = CharField(index=True)
    path = TextField(index=True)
    state = CharField(index=True)
    phase = CharField(default="")
    parent = CharField(null=True)
    root = CharField(null=True, index=True)
    depth = IntegerField(default=0)
    staged = TextField(null=True)
    content_hash = CharField(null=True)
    reason = TextField(null=True)
    chunks = IntegerField(default=0)
    seconds = FloatField(default=0.0)
    size = BigIntegerField(default=0)
    pages = IntegerField(default=0)
    pages_without_text = IntegerField(default=0)
    document = CharField(null=True)
    queued_at = BigIntegerField()
    finished_at = BigIntegerField(null=True)

    class Meta:
        table_name = "ingest_file"
        constraints = [SQL("CHECK (path <> '')")]


class Outcome(Model):
    """What reading a content came to where it gave no memory, so that the same file is not read in vain again.

    `key` holds the content's hash and everything else that the outcome depends on.
    """

    key = CharField(primary_key=True)
    state = CharField()
    reason = TextField()
    pages = IntegerField(default=0)
    pages_without_text = IntegerField(default=0)

    class Meta:
        table_name = "outcome"


TABLES: tuple[type[Model], ...] = (
    Meta,
    Document,
    Page,
    Conversation,
    Message,
    Attachment,
    Draft,
    Summary,
    View,
    ModelUsage,
    Memory,
    Vector,
    Removal,
    Usage,
    History,
    Cluster,
    ClusterMember,
    Place,
    Link,
    PromotionModel,
    PromotionExample,
    WatchedFolder,
    WatchedFile,
    BackgroundJob,
    IngestFile,
    Outcome,
)
