"""Language models of the catalogue: folders for ONNX Runtime GenAI, as their makers publish them."""

from __future__ import annotations

from engine.models.entry import ModelEntry, ModelFile, Variant

_CARDS = ("CUDAExecutionProvider", "DmlExecutionProvider")
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")


def _folder(path: str, *model: str) -> tuple[ModelFile, ...]:
    """The files of one folder of a repository; sizes and checksums are the hub's own."""
    names = ("genai_config.json", *model, *_TOKENIZER)
    return tuple(ModelFile(name=name, size=None, sha256=None, path=f"{path}/{name}") for name in names)


_PHI_4 = (
    Variant(
        name="cpu",
        quantization="q4",
        files=_folder("cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4", "model.onnx", "model.onnx.data"),
        model_file="model.onnx",
    ),
    Variant(
        name="gpu",
        quantization="q4",
        files=_folder("gpu/gpu-int4-rtn-block-32", "model.onnx", "model.onnx.data"),
        model_file="model.onnx",
        accelerators=_CARDS,
    ),
)
_PHI_3 = "phi3-mini-4k-instruct-cpu-int4-rtn-block-32-acc-level-4.onnx"
_PHI_3_CPU = Variant(
    name="cpu",
    quantization="q4",
    files=_folder("cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4", _PHI_3, f"{_PHI_3}.data"),
    model_file=_PHI_3,
)
_UNPINNED = (
    " Its revision is not pinned: commit and checksums are the hub's at the time of the download, and are kept from"
    " then on."
)


def _entry(*variants: Variant, **fields: object) -> ModelEntry:
    first = variants[0]
    return ModelEntry(
        task="chat",
        dimensions=0,
        pooling="none",
        tokenizer_file="tokenizer.json",
        variants=variants,
        variant=first.name,
        quantization=first.quantization,
        files=first.files,
        model_file=first.model_file,
        accelerators=first.accelerators,
        revision="main",
        **fields,  # type: ignore[arg-type] # a test holds every entry against the types of its fields
    )


CHAT_ENTRIES: tuple[ModelEntry, ...] = (
    _entry(
        *_PHI_4,
        id="phi-4-mini-instruct",
        name="Phi-4 mini, 4 bit",
        origin="microsoft/Phi-4-mini-instruct",
        licence="MIT",
        repository="microsoft/Phi-4-mini-instruct-onnx",
        languages=frozenset(
            {
                "ar", "cs", "da", "de", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nl", "no", "pl", "pt",
                "ru", "sv", "th", "tr", "uk", "zh",
            }
        ),
        max_tokens=32_768,
        context_tokens=131_072,
        note="Answers on this computer, in 23 languages. 4.9 GB for the processor, 3.4 GB for a graphics card; as much"
        " memory while it is loaded." + _UNPINNED,
    ),
    _entry(
        _PHI_3_CPU,
        id="phi-3-mini-4k-instruct",
        name="Phi-3 mini, 4,096 tokens, 4 bit",
        origin="microsoft/Phi-3-mini-4k-instruct",
        licence="MIT",
        repository="microsoft/Phi-3-mini-4k-instruct-onnx",
        languages=frozenset({"en"}),
        max_tokens=4096,
        context_tokens=4096,
        note="Answers on this computer, in English. 2.7 GB." + _UNPINNED,
    ),
)  # fmt: skip
