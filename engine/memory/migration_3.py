"""Version 3: memories get a life: their history, clusters, episodes, what promotion learns from, watched folders.

The statements are written out and never change: later versions build on what these leave behind.
"""

from __future__ import annotations

from typing import Any

NAME = "the life of memories"

_STATEMENTS = (
    """ALTER TABLE conversation ADD COLUMN "folder" VARCHAR(255) NOT NULL DEFAULT ''""",
    """ALTER TABLE document ADD COLUMN "missing_since" INTEGER""",
    """ALTER TABLE document ADD COLUMN "set_aside" VARCHAR(255) NOT NULL DEFAULT ''""",
    """ALTER TABLE memory ADD COLUMN "superseded_at" INTEGER""",
    """ALTER TABLE memory ADD COLUMN "version_of" VARCHAR(255)""",
    """ALTER TABLE memory ADD COLUMN "repeats" INTEGER NOT NULL DEFAULT 0""",
    """ALTER TABLE memory ADD COLUMN "moved_at" INTEGER""",
    """UPDATE memory SET superseded_at = valid_to WHERE superseded_by IS NOT NULL""",
    """CREATE INDEX "memory_version_of" ON "memory" ("version_of")""",
    """CREATE INDEX "memory_explorer" ON "memory" ("access_count", "accessed_at", "deleted_at", "archived_at",
        "superseded_by", "layer", "kind", "occurred_at", "created_at", "expires_at", "pinned", "document",
        "conversation_id")""",
    """CREATE TABLE "history" ("number" INTEGER NOT NULL PRIMARY KEY, "action" VARCHAR(255) NOT NULL, "at"
        INTEGER NOT NULL, "memory" VARCHAR(255) NOT NULL, "event" VARCHAR(255) NOT NULL, "actor" VARCHAR(255) NOT
        NULL, "reason" TEXT NOT NULL, "before" TEXT NOT NULL, "after" TEXT NOT NULL, "undone_at" INTEGER)""",
    """CREATE INDEX "history_action" ON "history" ("action")""",
    """CREATE INDEX "history_at" ON "history" ("at")""",
    """CREATE INDEX "history_memory" ON "history" ("memory")""",
    """CREATE TABLE "cluster" ("number" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "summary" TEXT NOT
        NULL, "model" VARCHAR(255) NOT NULL, "centre" BLOB NOT NULL, "size" INTEGER NOT NULL, "made_at" INTEGER
        NOT NULL)""",
    """CREATE TABLE "cluster_member" ("memory" INTEGER NOT NULL PRIMARY KEY, "cluster" INTEGER NOT NULL,
        "nearness" REAL NOT NULL, FOREIGN KEY ("memory") REFERENCES "memory" ("number") ON DELETE CASCADE, FOREIGN
        KEY ("cluster") REFERENCES "cluster" ("number") ON DELETE CASCADE)""",
    """CREATE INDEX "clustermember_cluster" ON "cluster_member" ("cluster")""",
    """CREATE TABLE "place" ("memory" INTEGER NOT NULL PRIMARY KEY, "x" REAL NOT NULL, "y" REAL NOT NULL, "settled"
        INTEGER NOT NULL, FOREIGN KEY ("memory") REFERENCES "memory" ("number") ON DELETE CASCADE)""",
    """CREATE TABLE "link" ("number" INTEGER NOT NULL PRIMARY KEY, "memory" INTEGER NOT NULL, "part" INTEGER NOT
        NULL, "kind" VARCHAR(255) NOT NULL, FOREIGN KEY ("memory") REFERENCES "memory" ("number") ON DELETE
        CASCADE, FOREIGN KEY ("part") REFERENCES "memory" ("number") ON DELETE CASCADE)""",
    """CREATE INDEX "link_memory" ON "link" ("memory")""",
    """CREATE INDEX "link_part" ON "link" ("part")""",
    """CREATE UNIQUE INDEX "link_memory_part_kind" ON "link" ("memory", "part", "kind")""",
    """CREATE TABLE "promotion_model" ("number" INTEGER NOT NULL PRIMARY KEY, "made_at" INTEGER NOT NULL, "kind"
        VARCHAR(255) NOT NULL, "features" VARCHAR(255) NOT NULL, "state" VARCHAR(255) NOT NULL, "metrics" TEXT NOT
        NULL, "data" BLOB NOT NULL)""",
    """CREATE TABLE "promotion_example" ("number" INTEGER NOT NULL PRIMARY KEY, "memory" VARCHAR(255) NOT NULL,
        "at" INTEGER NOT NULL, "due_at" INTEGER NOT NULL, "features" TEXT NOT NULL, "probability" REAL NOT NULL,
        "model" INTEGER NOT NULL, "layer" VARCHAR(255) NOT NULL, "decision" VARCHAR(255) NOT NULL, "explored" INTEGER
        NOT NULL, "propensity" REAL NOT NULL, "outcome" INTEGER, "weight" REAL NOT NULL)""",
    """CREATE INDEX "promotionexample_memory" ON "promotion_example" ("memory")""",
    """CREATE INDEX "promotionexample_due_at" ON "promotion_example" ("due_at")""",
    """CREATE TABLE "watched_folder" ("number" INTEGER NOT NULL PRIMARY KEY, "id" VARCHAR(255) NOT NULL, "path"
        TEXT NOT NULL, "paused" INTEGER NOT NULL, "ignore" TEXT NOT NULL, "added_at" INTEGER NOT NULL,
        "scanned_at" INTEGER, "problem" TEXT)""",
    """CREATE UNIQUE INDEX "watchedfolder_id" ON "watched_folder" ("id")""",
    """CREATE UNIQUE INDEX "watchedfolder_path" ON "watched_folder" ("path")""",
    """CREATE TABLE "watched_file" ("number" INTEGER NOT NULL PRIMARY KEY, "folder" INTEGER NOT NULL, "key" BLOB NOT
        NULL, "size" INTEGER NOT NULL, "modified_ns" INTEGER NOT NULL, "forgotten" INTEGER NOT NULL, FOREIGN KEY
        ("folder") REFERENCES "watched_folder" ("number") ON DELETE CASCADE)""",
    """CREATE UNIQUE INDEX "watchedfile_folder_key" ON "watched_file" ("folder", "key")""",
    """CREATE TABLE "background_job" ("name" VARCHAR(255) NOT NULL PRIMARY KEY, "paused" INTEGER NOT NULL,
        "ran_at" INTEGER, "result" TEXT NOT NULL, "failed" INTEGER NOT NULL)""",
)


def apply(writer: Any) -> None:
    """Take a database of version 2 to version 3, inside the caller's transaction."""
    for statement in _STATEMENTS:
        writer.execute_sql(statement)
