"""Titles and help of the options in words for people; the engine's own are for the terminal."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def option_words() -> dict[str, tuple[str, str]]:
    """Title and one sentence of help by the option's dotted name, in the language in force."""
    translate = QCoreApplication.translate
    return {
        "data_dir": (
            translate("Options", "Data folder"),
            translate(
                "Options", "Everything that Magray keeps lies here. Start it with --data-dir to use another one."
            ),
        ),
        "profile": (
            translate("Options", "Profile"),
            translate("Options", "Presets for this kind of computer. What you set yourself wins over it."),
        ),
        "offline": (
            translate("Options", "Offline"),
            translate("Options", "Reach nothing beyond this computer, whatever else is set up."),
        ),
        "log_level": (
            translate("Options", "Log"),
            translate("Options", "How much the log file holds. Your texts and keys are never in it."),
        ),
        "layers.interact_hours": (
            translate("Options", "Interact remembers, hours"),
            translate("Options", "What was said lately stays at hand this long."),
        ),
        "layers.insights_days": (
            translate("Options", "Insights remembers, days"),
            translate("Options", "What proved useful stays this long; Assets stays for ever."),
        ),
        "life.erase_after_days": (
            translate("Options", "Erase the archive after, days"),
            translate(
                "Options",
                "What has cooled for so long is erased for good, from the conversations it was said in too. "
                "0 keeps it for ever.",
            ),
        ),
        "embedding.model": (
            translate("Options", "Embedder"),
            translate("Options", "The model that finds texts by meaning. Choose it above."),
        ),
        "embedding.threads": (
            translate("Options", "Threads"),
            translate("Options", "Processor threads of one computation; 0 uses every core."),
        ),
        "embedding.batch_tokens": (
            translate("Options", "Tokens in a batch"),
            translate("Options", "A processor is fastest while a batch fits its cache."),
        ),
        "embedding.cache_memory_mb": (
            translate("Options", "Vectors kept in memory, MB"),
            translate("Options", "0 takes half a percent of this computer's memory, 64 at most."),
        ),
        "embedding.cache_days": (
            translate("Options", "Vectors cached on disk, days"),
            translate("Options", "An unused vector is thrown away after this time and computed again if needed."),
        ),
        "runtime.device": (
            translate("Options", "Compute on"),
            translate(
                "Options", "auto takes the fastest by measurement; cpu, cuda, cuda:1, directml or coreml forces one."
            ),
        ),
        "runtime.breaker_failures": (
            translate("Options", "Failures before a device rests"),
            translate("Options", "After so many in a row the processor takes over."),
        ),
        "runtime.breaker_seconds": (
            translate("Options", "A device rests, seconds"),
            translate("Options", "Then it is tried again."),
        ),
        "runtime.gpu_timeout_seconds": (
            translate("Options", "Longest batch on a graphics card, seconds"),
            translate("Options", "One that takes longer is computed by the processor instead."),
        ),
        "runtime.streams": (
            translate("Options", "Batches at the same time"),
            translate("Options", "On a graphics card; 0 takes what suits it."),
        ),
        "runtime.idle_minutes": (
            translate("Options", "Unused models leave memory after, minutes"),
            translate("Options", "0 keeps them for ever."),
        ),
        "models.hub": (
            translate("Options", "Models come from"),
            translate("Options", "Address of the Hugging Face hub or of a mirror. Nothing is fetched unless you ask."),
        ),
        "index.m": (
            translate("Options", "Neighbours in the graph"),
            translate("Options", "HNSW M. More finds better and takes more memory."),
        ),
        "index.ef_construction": (
            translate("Options", "Width while building"),
            translate("Options", "HNSW ef_construction. More builds slower and finds better."),
        ),
        "index.exact_below": (
            translate("Options", "Search exactly below"),
            translate("Options", "Smaller layers are searched one by one."),
        ),
        "index.merge_tail": (
            translate("Options", "New vectors waiting"),
            translate("Options", "So many may wait before they join the graph. They are found meanwhile."),
        ),
        "index.merge_slice": (
            translate("Options", "Vectors joined at once"),
            translate("Options", "Searches get their turn after each slice."),
        ),
        "index.rebuild_deleted": (
            translate("Options", "Rebuild above this share of deleted"),
            translate("Options", "0.25 is a quarter."),
        ),
        "index.vectors": (
            translate("Options", "Keep full vectors as"),
            translate(
                "Options", "fp16 and int8 take less memory: they lie in a file beside a graph of shorter vectors."
            ),
        ),
        "index.graph_dimensions": (
            translate("Options", "Numbers of a vector in such a graph"),
            translate("Options", "0 takes 256 where vectors are long."),
        ),
        "recall.limit": (
            translate("Options", "Hits of a search"),
            translate("Options", "Where no number is given."),
        ),
        "recall.ef_interact": (
            translate("Options", "Search width in Interact"),
            translate("Options", "More is slower and finds better."),
        ),
        "recall.ef_insights": (
            translate("Options", "Search width in Insights"),
            translate("Options", "More is slower and finds better."),
        ),
        "recall.ef_assets": (
            translate("Options", "Search width in Assets"),
            translate("Options", "More is slower and finds better."),
        ),
        "reranking.mode": (
            translate("Options", "Read close hits again"),
            translate("Options", "A reranker reads what stands close together. Auto does so where it is fast enough."),
        ),
        "reranking.model": (
            translate("Options", "Reranker"),
            translate("Options", "By its catalogue name; empty takes the smallest installed."),
        ),
        "reranking.passages": (
            translate("Options", "Passages read again"),
            translate("Options", "At most."),
        ),
        "reranking.budget_ms": (
            translate("Options", "Time for it, milliseconds"),
            translate("Options", "After that the order stands as it was."),
        ),
        "ingestion.chunk_tokens": (
            translate("Options", "Tokens in a passage"),
            translate("Options", "Files are cut into passages of this size at most."),
        ),
        "ingestion.file_seconds": (
            translate("Options", "Longest reading of a file, seconds"),
            translate("Options", "One that takes longer is given up, and its row says so."),
        ),
        "ingestion.worker_memory_mb": (
            translate("Options", "Memory for reading, MB"),
            translate("Options", "The process that reads files uses no more."),
        ),
        "ingestion.max_file_mb": (
            translate("Options", "Largest file, MB"),
            translate("Options", "Larger ones are skipped."),
        ),
        "ingestion.max_archive_mb": (
            translate("Options", "Largest content of an archive, MB"),
            translate("Options", "One that unpacks to more is refused."),
        ),
        "ingestion.max_archive_depth": (
            translate("Options", "Archives inside archives"),
            translate("Options", "So deep they are opened."),
        ),
        "ingestion.ocr": (
            translate("Options", "Read text in pictures"),
            translate("Options", "Pages without text are read by Tesseract where it is installed."),
        ),
        "ingestion.ignore": (
            translate("Options", "Passed over in folders"),
            translate("Options", "Names of files and folders, one a line."),
        ),
        "watch.rescan_minutes": (
            translate("Options", "Look through watched folders, minutes"),
            translate("Options", "So often a whole folder is looked through, for changes that were not told."),
        ),
        "watch.poll_minutes": (
            translate("Options", "The same where changes are not told"),
            translate("Options", "As on most network drives."),
        ),
        "watch.quiet_seconds": (
            translate("Options", "Leave changed files alone, seconds"),
            translate("Options", "A file that is still being written waits until it is quiet."),
        ),
        "watch.gitignore": (
            translate("Options", "Follow .gitignore files"),
            translate("Options", "What they name is passed over in watched folders."),
        ),
        "watch.deleted": (
            translate("Options", "When a file is gone"),
            translate("Options", "Keep its document, or delete its memories after a while. That can be undone."),
        ),
        "watch.grace_days": (
            translate("Options", "Days before that"),
            translate("Options", "A file may come back, as on a disk that is plugged in again."),
        ),
        "store.synchronous": (
            translate("Options", "Safety of writing"),
            translate("Options", "FULL survives a power cut after every call; NORMAL may lose the last moments."),
        ),
        "store.backups_kept": (
            translate("Options", "Other backups kept"),
            translate("Options", "Made before an upgrade of the database, and before a backup is restored."),
        ),
        "backup.every": (
            translate("Options", "Make backups"),
            translate("Options", "By themselves, while the computer has nothing better to do."),
        ),
        "backup.kept": (
            translate("Options", "Backups kept"),
            translate(
                "Options", "Of those made by themselves; older ones are deleted. Yours stay until you delete them."
            ),
        ),
        "backup.folder": (
            translate("Options", "Folder of backups"),
            translate("Options", "Whole path, as of another disk. Empty takes the folder beside the database."),
        ),
        "backup.encrypted": (
            translate("Options", "Encrypt backups"),
            translate(
                "Options", "By the passphrase kept above. Whoever has neither it nor this computer reads nothing."
            ),
        ),
        "streaming.sessions": (
            translate("Options", "Live streams at once"),
            translate("Options", "Other programs may send messages through so many streams at the same time."),
        ),
        "streaming.buffer_records": (
            translate("Options", "Messages a stream may hold"),
            translate("Options", "So many may wait to be kept, or to be embedded together."),
        ),
        "streaming.buffer_ms": (
            translate("Options", "Hold messages at most, ms"),
            translate("Options", "After this they are kept and embedded, however few there are."),
        ),
        "streaming.message_kb": (
            translate("Options", "Largest message, KB"),
            translate("Options", "What is larger should come in as a file."),
        ),
        "streaming.idle_seconds": (
            translate("Options", "Let go of quiet streams after, seconds"),
            translate("Options", "A stream that goes on later is taken up again."),
        ),
        "promotion.enabled": (
            translate("Options", "Keep what matters"),
            translate("Options", "Let memories rise to a longer-lived layer by themselves, by what you really use."),
        ),
        "promotion.share": (
            translate("Options", "Share that may rise"),
            translate("Options", "How much of what is about to go may be kept for longer. 0.3 is three in ten."),
        ),
        "promotion.explore": (
            translate("Options", "Left to chance"),
            translate(
                "Options",
                "Share of these decisions made by chance, so that Magray also learns from what it would have let go.",
            ),
        ),
        "promotion.horizon_days": (
            translate("Options", "Days to prove useful"),
            translate("Options", "A memory that rose was worth it if you use it within these days."),
        ),
        "promotion.refit_hours": (
            translate("Options", "Rest between two lessons"),
            translate("Options", "Hours between two attempts to learn anew from what you used."),
        ),
        "promotion.refit_outcomes": (
            translate("Options", "Outcomes for a lesson"),
            translate("Options", "How many new outcomes are needed before Magray learns anew from them."),
        ),
        "consolidation.enabled": (
            translate("Options", "Tidy memories up"),
            translate(
                "Options",
                "Repeats become one memory, what no longer holds is hidden, related memories are grouped, and old "
                "sessions are told in short. Nothing is lost, and everything can be undone.",
            ),
        ),
        "consolidation.use_model": (
            translate("Options", "Let the chat model help to tidy up"),
            translate("Options", "It names groups and tells old sessions in short. Else they quote what was said."),
        ),
        "background.considerate": (
            translate("Options", "Be considerate"),
            translate(
                "Options",
                "Put background work off on battery, while the computer is busy, or while its memory is short.",
            ),
        ),
        "background.memory_warning": (
            translate("Options", "Memory is short from, percent"),
            translate("Options", "From here on caches shrink, and you are warned once."),
        ),
        "background.battery_low": (
            translate("Options", "The battery is low below, percent"),
            translate("Options", "Then only the most urgent background work is done."),
        ),
        "background.busy_percent": (
            translate("Options", "The computer is busy from, percent"),
            translate("Options", "Of the processor, used by other programs. Then unimportant work waits."),
        ),
        "background.memory_limit_mb": (
            translate("Options", "Stay under this much memory, MB"),
            translate("Options", "Near it caches shrink. 0 takes half of what this computer has."),
        ),
        "llm.model": (
            translate("Options", "Chat model"),
            translate("Options", "As openai/NAME or local/NAME. Empty answers by quotes from your files."),
        ),
        "llm.fallback": (
            translate("Options", "Then ask"),
            translate("Options", "Models that answer when the first cannot, one a line. Quotes come last."),
        ),
        "llm.small_model": (
            translate("Options", "Small model"),
            translate("Options", "For titles and for what to remember. Empty takes the chat model."),
        ),
        "llm.equals": (
            translate("Options", "As good as the chat model"),
            translate("Options", "Requests go to whichever has the least to do. One a line."),
        ),
        "llm.parallel": (
            translate("Options", "Requests at the same time"),
            translate("Options", "To one provider."),
        ),
        "llm.requests_per_minute": (
            translate("Options", "Requests in a minute"),
            translate("Options", "To one provider; 0 sets no limit."),
        ),
        "llm.effort": (
            translate("Options", "Thinking"),
            translate("Options", "How long a model that can reason may do so."),
        ),
        "llm.max_output_tokens": (
            translate("Options", "Longest answer, tokens"),
            translate("Options", "A token is about three quarters of a word."),
        ),
        "llm.connect_seconds": (
            translate("Options", "Wait for a connection, seconds"),
            translate("Options", "Then the next model is asked."),
        ),
        "llm.silence_seconds": (
            translate("Options", "A model may be silent, seconds"),
            translate("Options", "Then the answer counts as cut off."),
        ),
        "llm.retries": (
            translate("Options", "Try again"),
            translate("Options", "Times, before another model is asked."),
        ),
        "llm.proxy": (
            translate("Options", "Proxy"),
            translate(
                "Options", "For language models; empty takes the system's. This computer itself never goes through it."
            ),
        ),
        "llm.monthly_budget": (
            translate("Options", "Budget for a month, US dollars"),
            translate("Options", "Then Magray asks before it goes on; 0 sets none."),
        ),
        "llm.compatible.base_url": (
            translate("Options", "Address of your own server"),
            translate("Options", "Ollama, LM Studio, llama.cpp or vLLM, as http://127.0.0.1:11434/v1."),
        ),
        "llm.compatible.api_key": (
            translate("Options", "Key of your own server"),
            translate("Options", "Only where it wants one."),
        ),
        "chat.memory_tokens": (
            translate("Options", "Passages that go with a question, tokens"),
            translate("Options", "Found in your memory, the best first."),
        ),
        "chat.document_tokens": (
            translate("Options", "Attached documents, tokens"),
            translate("Options", "So much of them goes with a question; a longer one is read part by part."),
        ),
        "chat.history_tokens": (
            translate("Options", "The conversation so far, tokens"),
            translate("Options", "Word for word; older turns are summarised, never cut in silence."),
        ),
        "chat.extract": (
            translate("Options", "Remember facts from conversations"),
            translate("Options", "Facts, decisions and preferences, once a conversation pauses. Each can be undone."),
        ),
        "chat.pause_seconds": (
            translate("Options", "A conversation pauses after, seconds"),
            translate("Options", "Without a word."),
        ),
        "chat.titles": (
            translate("Options", "Titles by the chat model"),
            translate("Options", "Without it the first question names a conversation."),
        ),
        "appearance.scheme": (
            translate("Options", "Colours"),
            translate("Options", "The system's, light or dark."),
        ),
        "appearance.language": (
            translate("Options", "Language"),
            translate("Options", "Of the window. Empty takes the system's."),
        ),
    }


def choice_words() -> dict[str, str]:
    """What choices are called, by their value; one that is not here is shown as it is."""
    translate = QCoreApplication.translate
    return {
        "desktop": translate("Choices", "This computer"),
        "edge": translate("Choices", "Small computer"),
        "server": translate("Choices", "Strong computer"),
        "realtime": translate("Choices", "Quick reactions"),
        "auto": translate("Choices", "Auto"),
        "on": translate("Choices", "On"),
        "off": translate("Choices", "Off"),
        "daily": translate("Choices", "Every day"),
        "weekly": translate("Choices", "Every week"),
        "system": translate("Choices", "As the system"),
        "light": translate("Choices", "Light"),
        "dark": translate("Choices", "Dark"),
        "low": translate("Choices", "Short"),
        "medium": translate("Choices", "Medium"),
        "high": translate("Choices", "Long"),
        "keep": translate("Choices", "Keep"),
        "forget": translate("Choices", "Delete its memories"),
    }
