"""The catalogue itself: a table, written by hand.

Checksums, sizes and revisions stand as the hub publishes them (Git LFS object ids); every checksum was found in two or
more public sources that agree, but for q8 of Qwen3 Embedding, whose only source has its size, revision and tokenizer
right. None stands where no source told it, and `main` where no commit was told: what is not known is not invented, the
store takes the hub's own checksum and commit then, and keeps both with the model. `int8` files made for one processor
family (AVX-512 VNNI, ARM) are left out: the ones listed run on every processor.
"""

from __future__ import annotations

from engine.models.entry import ModelEntry, ModelFile, Variant

_CUDA = ("CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider")
"""For plain floating point."""
_SHORT = ("CUDAExecutionProvider", "TensorrtExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider")
"""The same where 512 tokens are the most, for which TensorRT is prepared (`engine/runtime/tensorrt.py`)."""
_BLOCKS = ("CUDAExecutionProvider", "DmlExecutionProvider")
"""MatMulNBits: weights in blocks of 4 or 8 bits."""
# DynamicQuantizeLinear and MatMulInteger over unsigned activations have kernels on the CPU and on DirectML
# only (docs/OperatorKernels.md of ONNX Runtime): CUDA and CoreML would hand every product back.
_INTEGER = ("DmlExecutionProvider",)
_EVERY = frozenset({"*"})
_MMARCO = frozenset({"ar", "de", "en", "es", "fr", "hi", "id", "it", "ja", "nl", "pt", "ru", "vi", "zh"})
"""The languages of mMARCO (Bonifacio and others, 2021), which the rerankers of that name were trained on."""

_XLM_TOKENIZER_E5 = ModelFile(
    name="tokenizer.json",
    size=17_082_730,
    sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)
_XLM_TOKENIZER_BGE = ModelFile(
    name="tokenizer.json",
    size=17_082_821,
    sha256="6710678b12670bc442b99edc952c4d996ae309a7020c1fa0096dd245c2faf790",
)
_XLM_TOKENIZER_BGE_RERANKER = ModelFile(
    name="tokenizer.json",
    size=17_082_900,
    sha256="8bf8afbfd11306bd872018c53bfdf2e160a56f8edbcf49933324404791c148d3",
)
_XLM_TOKENIZER_MMARCO = ModelFile(
    name="tokenizer.json",
    size=17_082_660,
    sha256="62c24cdc13d4c9952d63718d6c9fa4c287974249e16b7ade6d5a85e7bbb75626",
)
_QWEN_REVISION = "c25a394dd583836952667c12f008335071b3f43d"
_QWEN_TOKENIZER = ModelFile(
    name="tokenizer.json",
    size=11_423_705,
    sha256="def76fb086971c7867b829c23a26261e38d9d74e02139253b38aeb9df8b4b50a",
)
_BERT_TOKENIZER = ModelFile(
    name="tokenizer.json",
    size=711_396,
    sha256="d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
)


def _onnx(path: str, size: int | None, sha256: str | None) -> ModelFile:
    """A file of a repository's `onnx/` folder; it lies beside the tokenizer once it is here."""
    return ModelFile(name=path.rpartition("/")[2], size=size, sha256=sha256, path=path)


_MINILM = Variant(
    name="int8",
    quantization="int8",
    model_file="model_int8.onnx",
    files=(
        ModelFile(
            name="model_int8.onnx",
            size=22_902_665,
            sha256="95bb2d2b61ba102f22136366060f579136f318e81bde95be23e139ccc32a6dd3",
        ),
        ModelFile(
            name="tokenizer.json",
            size=466_247,
            sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
        ModelFile(
            name="config.json",
            size=612,
            sha256="953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        ),
    ),
    accelerators=_INTEGER,
)

_E5_SMALL = (
    Variant(
        name="int8",
        quantization="int8",
        model_file="model_quantized.onnx",
        files=(
            _onnx(
                "onnx/model_quantized.onnx",
                118_308_185,
                "f80102d3f2a1229f387d3c81909990d8945513e347b0eab049f7de3c6f98c193",
            ),
            _XLM_TOKENIZER_E5,
        ),
        accelerators=_INTEGER,
    ),
    Variant(
        name="fp16",
        quantization="fp16",
        model_file="model_fp16.onnx",
        files=(
            _onnx(
                "onnx/model_fp16.onnx",
                235_336_732,
                "0e0fe349c99ea21c6f3aa273af21f7fb753c1e1174ef1647032029c2be3251c3",
            ),
            _XLM_TOKENIZER_E5,
        ),
        accelerators=_SHORT,
    ),
    Variant(
        name="fp32",
        quantization="fp32",
        model_file="model.onnx",
        files=(
            _onnx("onnx/model.onnx", 470_268_533, "4aa845c27760e06e9a686b9d8b5d440eae4b6612cd09e5b522b716d3941f77ff"),
            _XLM_TOKENIZER_E5,
        ),
        accelerators=_SHORT,
    ),
)

_BGE_M3 = (
    Variant(
        name="int8",
        quantization="int8",
        model_file="model_int8.onnx",
        files=(
            _onnx(
                "onnx/model_int8.onnx", 568_456_694, "a206e10e995aa2a833924bcd725ba5dd6c3425cd34bac3cf2b5677cd2a1c51d6"
            ),
            _XLM_TOKENIZER_BGE,
        ),
        accelerators=_INTEGER,
    ),
    Variant(
        name="fp16",
        quantization="fp16",
        model_file="model_fp16.onnx",
        files=(
            _onnx(
                "onnx/model_fp16.onnx",
                1_133_992_936,
                "4f1a646a3d4f39985589e9991a717044ede8278617fe55e3d246838bc05055e9",
            ),
            _XLM_TOKENIZER_BGE,
        ),
        accelerators=_CUDA,
    ),
    Variant(
        name="fp32",
        quantization="fp32",
        model_file="model.onnx",
        files=tuple(
            ModelFile(
                name=path.rpartition("/")[2],
                size=size,
                sha256=sha256,
                path=path,
                repository="BAAI/bge-m3",
                revision="5617a9f61b028005a4858fdac845db406aefb181",
            )
            for path, size, sha256 in (
                ("onnx/model.onnx", 724_923, "f84251230831afb359ab26d9fd37d5936d4d9bb5d1d5410e66442f630f24435b"),
                (
                    "onnx/model.onnx_data",
                    2_266_820_608,
                    "1eebfb28493f67bba03ce0ef64bfdc7fc5a3bd9d7493f818bb1d78cd798416b4",
                ),
                (
                    "onnx/Constant_7_attr__value",
                    65_552,
                    "cdf16f72c5d07b36484056e601ed9687f78477e5d85cee85a34f2406b7fb5906",
                ),
                ("tokenizer.json", 17_098_108, "21106b6d7dab2952c1d496fb21d5dc9db75c28ed361a05f5020bbba27810dd08"),
            )
        ),
        accelerators=_CUDA,
    ),
)

_QWEN3 = (
    Variant(
        name="int8",
        quantization="int8",
        model_file="model_int8.onnx",
        files=(
            _onnx(
                "onnx/model_int8.onnx", 613_527_539, "6d0ea863f78b4a84afa3c7fcba1ec341572b5e28121aef77b7092b1dfdf679c7"
            ),
            _QWEN_TOKENIZER,
        ),
        accelerators=_INTEGER,
    ),
    Variant(
        name="q8",
        quantization="q8",
        model_file="model_quantized.onnx",
        files=(
            ModelFile(
                name="model_quantized.onnx",
                size=1_120_604_114,
                sha256="b39d0623bfc7d2dfc2dcc0d32152c5c5b8d61e9e74679e8222dcce5cf32486b9",
                path="onnx/model_quantized.onnx",
                repository="Qdrant/Qwen3-Embedding-0.6B-onnx",
                revision="af95f2c416ffe9379369ad64f9113e865db6112c",
            ),
            _QWEN_TOKENIZER,
        ),
        accelerators=_BLOCKS,
        needs="1.23",  # older ones know MatMulNBits with 4 bits only
    ),
    Variant(
        name="q4",
        quantization="q4",
        model_file="model_q4.onnx",
        files=(
            _onnx(
                "onnx/model_q4.onnx", 914_121_462, "8be554b37368134c3f38613c6f6ad0b7bb5f3a6465ab87574dbc0dcf24daa428"
            ),
            _QWEN_TOKENIZER,
        ),
        accelerators=_BLOCKS,
    ),
    Variant(
        name="fp32",
        quantization="fp32",
        model_file="model.onnx",
        files=(_onnx("onnx/model.onnx", None, None), _onnx("onnx/model.onnx_data", None, None), _QWEN_TOKENIZER),
        accelerators=_CUDA,
    ),
)

_BGE_RERANKER = Variant(
    name="int8",
    quantization="int8",
    model_file="model_quantized.onnx",
    files=(
        _onnx(
            "onnx/model_quantized.onnx",
            570_727_094,
            "912fc1215c2dbff6499700534bd8d31253af01573861abbfc43afd1fab6cce5d",
        ),
        _XLM_TOKENIZER_BGE_RERANKER,
    ),
    accelerators=_INTEGER,
)

_QWEN3_RERANKER_TOKENIZER = ModelFile(name="tokenizer.json", size=None, sha256=None)
_QWEN3_RERANKER = (
    Variant(
        name="int8",
        quantization="int8",
        model_file="model_quantized.onnx",
        files=(_onnx("onnx/model_quantized.onnx", None, None), _QWEN3_RERANKER_TOKENIZER),
        accelerators=_INTEGER,
    ),
    Variant(
        name="q4",
        quantization="q4",
        model_file="model_q4.onnx",
        files=(_onnx("onnx/model_q4.onnx", None, None), _QWEN3_RERANKER_TOKENIZER),
        accelerators=_BLOCKS,
    ),
)

_MMARCO_L6 = Variant(
    name="fp16",
    quantization="fp16",
    model_file="model_optimized.onnx",
    files=(
        ModelFile(name="model_optimized.onnx", size=None, sha256=None),
        ModelFile(name="tokenizer.json", size=None, sha256=None),
    ),
    accelerators=_SHORT,
)

_MMARCO_L12 = (
    Variant(
        name="int8",
        quantization="uint8",
        model_file="model_quint8_avx2.onnx",
        files=(
            _onnx(
                "onnx/model_quint8_avx2.onnx",
                118_620_016,
                "6c2513767fb63d008a4377bef7a7a3555433d9436342bb53e35a3a72ffc52d4b",
            ),
            _XLM_TOKENIZER_MMARCO,
        ),
        accelerators=_INTEGER,
    ),
    Variant(
        name="fp32",
        quantization="fp32",
        model_file="model.onnx",
        files=(
            _onnx("onnx/model.onnx", 470_883_696, "3e9a03ed1e966f7c5288dd4230e3d6a9bf5e3a170a06f1f4241c5bca12c6487c"),
            _XLM_TOKENIZER_MMARCO,
        ),
        accelerators=_SHORT,
    ),
)

_MS_MARCO = (
    Variant(
        name="int8",
        quantization="uint8",
        model_file="model_quint8_avx2.onnx",
        files=(
            _onnx(
                "onnx/model_quint8_avx2.onnx",
                23_200_716,
                "c80a8b34256ea453093d612e3ac48d3d965a0c0a48c7906709af8b8e28461bf9",
            ),
            _BERT_TOKENIZER,
        ),
        accelerators=_INTEGER,
    ),
    Variant(
        name="fp32",
        quantization="fp32",
        model_file="model.onnx",
        files=(
            _onnx("onnx/model.onnx", 91_011_230, "5d3e70fd0c9ff14b9b5169a51e957b7a9c74897afd0a35ce4bd318150c1d4d4a"),
            _BERT_TOKENIZER,
        ),
        accelerators=_SHORT,
    ),
)


def _entry(*variants: Variant, **fields: object) -> ModelEntry:
    """An entry whose first variant is the recommended one."""
    first = variants[0]
    return ModelEntry(
        variants=variants,
        variant=first.name,
        quantization=first.quantization,
        files=first.files,
        model_file=first.model_file,
        tokenizer_file="tokenizer.json",
        accelerators=first.accelerators,
        needs=first.needs,
        **fields,  # type: ignore[arg-type] # a test holds every entry against the types of its fields
    )


ENTRIES: tuple[ModelEntry, ...] = (
    _entry(
        _MINILM,
        id="all-minilm-l6-v2",
        task="embed",
        name="all-MiniLM-L6-v2, 8 bit",
        origin="sentence-transformers/all-MiniLM-L6-v2",
        licence="Apache-2.0",
        languages=frozenset({"en"}),
        dimensions=384,
        pooling="mean",
        max_tokens=256,
        context_tokens=512,
        bundled=True,
    ),
    _entry(
        *_E5_SMALL,
        id="multilingual-e5-small",
        task="embed",
        name="Multilingual E5 small",
        origin="intfloat/multilingual-e5-small",
        licence="MIT",
        repository="Xenova/multilingual-e5-small",
        revision="761b726dd34fb83930e26aab4e9ac3899aa1fa78",
        languages=_EVERY,
        dimensions=384,
        pooling="mean",
        max_tokens=512,
        context_tokens=512,
        passage_prefix="passage: ",
        query_prefix="query: ",
        note="The smallest one that knows Russian and about a hundred other languages.",
    ),
    _entry(
        *_BGE_M3,
        id="bge-m3",
        task="embed",
        name="BGE-M3, dense vectors",
        origin="BAAI/bge-m3",
        licence="MIT",
        repository="Xenova/bge-m3",
        revision="4de13258303883538bd53b696b452bf8099f0858",
        languages=_EVERY,
        dimensions=1024,
        pooling="cls",
        max_tokens=2048,
        context_tokens=8192,
        note="Stronger than E5 small, larger and slower.",
    ),
    _entry(
        *_QWEN3,
        id="qwen3-embedding-0.6b",
        task="embed",
        name="Qwen3 Embedding 0.6B",
        origin="Qwen/Qwen3-Embedding-0.6B",
        licence="Apache-2.0",
        repository="onnx-community/Qwen3-Embedding-0.6B-ONNX",
        revision=_QWEN_REVISION,
        languages=_EVERY,
        dimensions=1024,
        matryoshka=(1024, 768, 512, 256, 128, 64, 32),
        pooling="last_token",
        padding="left",
        max_tokens=2048,
        context_tokens=32768,
        query_prefix="Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
        note="Strong and large: meant for a graphics card.",
    ),
    _entry(
        _BGE_RERANKER,
        id="bge-reranker-v2-m3",
        task="rerank",
        name="BGE reranker v2 M3",
        origin="BAAI/bge-reranker-v2-m3",
        licence="Apache-2.0",
        repository="onnx-community/bge-reranker-v2-m3-ONNX",
        revision="6f5ff65298512715a1e669753bc754d2bc8f367b",
        languages=_EVERY,
        dimensions=0,
        pooling="none",
        max_tokens=512,
        context_tokens=8192,
        note="Needs a graphics card: 20 passages take 4 to 13 seconds on two cores.",
    ),
    _entry(
        *_QWEN3_RERANKER,
        id="qwen3-reranker-0.6b",
        task="rerank",
        name="Qwen3 Reranker 0.6B",
        origin="Qwen/Qwen3-Reranker-0.6B",
        licence="Apache-2.0",
        repository="onnx-community/Qwen3-Reranker-0.6B-ONNX",
        revision="main",
        languages=_EVERY,
        dimensions=0,
        pooling="none",
        max_tokens=512,
        context_tokens=32768,
        note="A language model that answers yes or no: strong, slow, meant for a graphics card. Its revision is not"
        " pinned: commit and checksums are the hub's at the time of the download, and are kept from then on.",
    ),
    _entry(
        _MMARCO_L6,
        id="mmarco-minilm-l6",
        task="rerank",
        name="mMARCO MiniLM, 6 layers, multilingual",
        origin="nreimers/mmarco-mMiniLMv2-L6-H384-v1",
        licence="not stated by its publisher",
        repository="Slite/mmarco-mMiniLMv2-L6-H384-v1-onnx-o4",
        revision="1347818c9e1c7673672d5cb0bc5ecd6a521e872e",
        languages=_MMARCO,
        dimensions=0,
        pooling="none",
        max_tokens=512,
        context_tokens=512,
        note="Stored in half precision, meant for graphics cards.",
    ),
    _entry(
        *_MMARCO_L12,
        id="mmarco-minilm-l12",
        task="rerank",
        name="mMARCO MiniLM, 12 layers, multilingual",
        origin="cross-encoder/mmarco-mMiniLMv2-L12-H384-v1",
        licence="Apache-2.0",
        repository="cross-encoder/mmarco-mMiniLMv2-L12-H384-v1",
        revision="1427fd652930e4ba29e8149678df786c240d8825",
        languages=_MMARCO,
        dimensions=0,
        pooling="none",
        max_tokens=512,
        context_tokens=512,
    ),
    _entry(
        *_MS_MARCO,
        id="ms-marco-minilm-l6-v2",
        task="rerank",
        name="MS MARCO MiniLM, 6 layers, English",
        origin="cross-encoder/ms-marco-MiniLM-L6-v2",
        licence="Apache-2.0",
        repository="cross-encoder/ms-marco-MiniLM-L6-v2",
        revision="c5ee24cb16019beea0893ab7796b1df96625c6b8",
        languages=frozenset({"en"}),
        dimensions=0,
        pooling="none",
        max_tokens=512,
        context_tokens=512,
        note="The smallest reranker, for English.",
    ),
)
