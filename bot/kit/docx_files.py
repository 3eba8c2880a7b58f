"""Opens a docx from outside: what is none, what is locked, damaged, swollen or runs something is refused in words."""

import io
import zipfile

from bot.kit.file_kinds import swells
from bot.kit.refusal import Refusal

# A paper of ours is some 50 KB; with pictures that an office puts into it much more.
MOST_BYTES = 10 * 1024 * 1024
_WORDS = "word/document.xml"
_OLE, _LOCKED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
# What a document of Word may run when it is opened, or draws from elsewhere.
_RUNS = ("vbaproject.bin", "vbadata.xml")
_RUN_FOLDERS = ("word/activex/", "word/embeddings/")

EMPTY = "文件是空的，请检查后重新发送。"
NO_DOCX = "这不是docx文档，请用Word或WPS另存为docx后再发。"
OLD = "这是旧版doc文档，请另存为docx后再发。"
LOCKED = "文档设有密码，请取消密码后再发。"
DAMAGED = "文档已损坏，无法打开，请重新保存后再发。"
SWOLLEN = "文档展开后过大，请精简后再发。"
MACROS = "文档带有宏或嵌入的文件，请去除后另存为docx再发。"
TOO_LARGE = f"文档超过{MOST_BYTES // 1024 // 1024}兆，请精简后再发。"


def opened(content: bytes) -> zipfile.ZipFile:
    """The parts of it; raises Refusal. Nothing of it is unpacked yet, and no size that it declares is believed alone:
    zipfile reads no more than that.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise Refusal(EMPTY)
    if len(content) > MOST_BYTES:
        raise Refusal(TOO_LARGE)
    if content.startswith(_OLE):
        raise Refusal(LOCKED if _LOCKED in content else OLD)
    if not content.startswith(b"PK"):
        raise Refusal(NO_DOCX)
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        names = [one.filename.replace("\\", "/").lower() for one in packed.infolist()]
        too_much = swells(packed, len(content))
    except Exception as error:  # whatever a damaged archive makes zipfile raise
        raise Refusal(DAMAGED) from error
    if too_much:
        raise Refusal(SWOLLEN)
    if len(names) != len(set(names)):
        raise Refusal(DAMAGED)
    if any(name.endswith(_RUNS) or name.startswith(_RUN_FOLDERS) for name in names):
        raise Refusal(MACROS)
    if _WORDS not in names:
        raise Refusal(NO_DOCX)
    return packed
