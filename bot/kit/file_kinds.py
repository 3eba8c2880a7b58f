"""What a file is that is no table, told by what it holds: so that its sender hears what would be right."""

import io
import json
import zipfile
from collections.abc import Sequence

from bot.kit.sheets import Unreadable

MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 1_000
_LOOKED_AT = 4_096
_SAVE_AS = ("save the table as .xlsx and send that", "请把表格另存为xlsx后再发")
_PUT_IN = ("put the list into a table (.xlsx or .csv)", "请把内容录入表格（xlsx或csv）后再发")
_UNPACK = ("unpack it and send the table in it", "请解压后发送其中的表格")
_UNLOCK = ("save it without a password", "请取消密码后再发")

# What a file begins with, what that is, and what would be right.
_BEGINS: tuple[tuple[bytes, str, str, tuple[str, str]], ...] = (
    (b"%PDF", "a PDF", "PDF文件", _PUT_IN),
    (b"\x89PNG", "a picture (PNG)", "图片（png）", _PUT_IN),
    (b"\xff\xd8\xff", "a picture (JPEG)", "图片（jpg）", _PUT_IN),
    (b"GIF8", "a picture (GIF)", "图片（gif）", _PUT_IN),
    (b"II*\0", "a picture (TIFF)", "图片（tiff）", _PUT_IN),
    (b"MM\0*", "a picture (TIFF)", "图片（tiff）", _PUT_IN),
    (b"Rar!\x1a\x07", "an archive (RAR)", "压缩包（rar）", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)", "压缩包（7z）", _UNPACK),
    (b"\x1f\x8b", "an archive (gzip)", "压缩包（gz）", _UNPACK),
    (b"{\\rtf", "a text document (RTF)", "文档（rtf）", _SAVE_AS),
)
_HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
# The streams of an OLE file, by their names in its directory.
_STREAMS: tuple[tuple[str, str, str, tuple[str, str]], ...] = (
    ("EncryptedPackage", "a workbook or document with a password", "加密的文件", _UNLOCK),
    ("WordDocument", "a Word document (.doc, .wps)", "Word文档（doc、wps）", _SAVE_AS),
    ("PowerPoint Document", "a presentation", "演示文稿（ppt）", _PUT_IN),
    ("Workbook", "a workbook in the old format (.xls, .et)", "旧版表格（xls、et）", _SAVE_AS),
    ("Book", "a workbook in the old format (.xls, .et)", "旧版表格（xls、et）", _SAVE_AS),
)
# Within a text file.
_TEXTS: tuple[tuple[str, str, str, tuple[str, str]], ...] = (
    ("urn:schemas-microsoft-com:office:spreadsheet", "an XML spreadsheet of 2003", "2003版XML表格", _SAVE_AS),
    ('progid="excel.sheet"', "an XML spreadsheet of 2003", "2003版XML表格", _SAVE_AS),
    ('progid="word.document"', "a Word document (XML)", "Word文档（xml）", _SAVE_AS),
)
_PAGES = ("<html", "<!doctype html", "<table", "<head", "<body", "<meta", "mime-version:")


def no_table(content: bytes) -> Unreadable | None:
    """Why this is neither an xlsx nor a csv, None where it may be one."""
    if not content.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0"):
        return _nothing(content)
    begins = next((kind for kind in _BEGINS if content.startswith(kind[0])), None)
    if begins is not None:
        return _refusal(*begins[1:])
    if content[4:8] == b"ftyp":
        picture = content[8:12] in _HEIF
        return _refusal(*(("a picture (HEIC)", "图片（heic）") if picture else ("a video", "视频")), _PUT_IN)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _refusal("a picture (WebP)", "图片（webp）", _PUT_IN)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _of_ole(content)
    return _of_zip(content) if content.startswith(b"PK") else _of_text(content)


def _refusal(english: str, chinese: str, right: tuple[str, str]) -> Unreadable:
    return Unreadable(f"This is {english}: {right[0]}.", f"这是{chinese}，{right[1]}。")


def _nothing(content: bytes) -> Unreadable:
    if b"\0" in content:
        return Unreadable(
            "The file holds zeros only: send it again.", "文件内容全部为零，没有保存好，请重新保存后再发。"
        )
    return Unreadable("The file is empty.", "文件是空的，请检查后重新发送。")


def _of_ole(content: bytes) -> Unreadable:
    # With the zero that ends a name in the directory. A workbook may hold a document, and a document a workbook.
    found = {stream[1:] for stream in _STREAMS if stream[0].encode("utf-16-le") + b"\0\0" in content}
    if len(found) == 1:
        return _refusal(*found.pop())
    return Unreadable(
        "This is an old .xls file, or one with a password: save it as .xlsx or as .csv.",
        "这是旧版xls或加密的文件，请另存为不加密的xlsx后再发。",
    )


def _of_zip(content: bytes) -> Unreadable | None:
    """None for what may be a workbook, and for a damaged archive, which its reader refuses."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if swells(archive, len(content)):
                return Unreadable(
                    "The file unpacks to far more than a table of people can hold.",
                    "文件展开后过大，请只保留需要的一张表。",
                )
            names = [entry.filename.replace("\\", "/").lower() for entry in archive.infolist()]
            kind = archive.open("mimetype").read(200).decode("ascii", "replace") if "mimetype" in names else ""
    except Exception:  # whatever a damaged archive makes zipfile raise: the reader of workbooks says it is damaged
        return None
    return _of_names(names, kind.strip())


def swells(archive: zipfile.ZipFile, size: int) -> bool:
    """A small file that unpacks to a big one; zipfile reads no more than the sizes declared."""
    unpacked = sum(entry.file_size for entry in archive.infolist())
    return unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * size or len(archive.infolist()) > MAX_ENTRIES


def _of_names(names: Sequence[str], kind: str) -> Unreadable | None:
    if "spreadsheet" in kind:
        return _refusal("an OpenDocument spreadsheet (.ods)", "ods表格", _SAVE_AS)
    if "opendocument" in kind:
        return _refusal("an OpenDocument text (.odt)", "odt文档", _SAVE_AS)
    if any(name.endswith(".iwa") or name == "index.zip" for name in names):
        return _refusal(
            "a file of Numbers or Pages", "Numbers或Pages文件", ("export it as .xlsx", "请导出为xlsx后再发")
        )
    if any(name.endswith("workbook.bin") for name in names):
        return _refusal("a binary workbook (.xlsb)", "xlsb格式的表格", _SAVE_AS)
    if any(name.startswith("xl/") or name.endswith("/workbook.xml") for name in names):
        return None
    if any(name.startswith("word/") for name in names):
        return _refusal("a Word document", "Word文档", _SAVE_AS)
    if any(name.startswith("ppt/") for name in names):
        return _refusal("a presentation", "演示文稿（pptx）", _PUT_IN)
    if "[content_types].xml" in names or not names:
        return None
    return _refusal("an archive (zip)", "压缩包（zip）", _UNPACK)


def _of_text(content: bytes) -> Unreadable | None:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    start = content[:_LOOKED_AT].decode(encoding, "replace").lstrip("\ufeff \t\r\n").lower()
    for found, *kind, right in _TEXTS:
        if found in start and start.startswith("<"):
            return _refusal(kind[0], kind[1], right)
    if start.startswith(_PAGES) or (start.startswith("<") and any(each in start for each in _PAGES)):
        return _refusal("a web page (HTML), whatever it is called", "网页格式（html）的文件", _SAVE_AS)
    if start.startswith("<?xml"):
        return _refusal("an XML file", "XML文件", _SAVE_AS)
    return _of_json(content) if start.startswith(("{", "[")) else None


def _of_json(content: bytes) -> Unreadable | None:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return None
    return _refusal("a JSON file and no archive", "JSON文件", _PUT_IN)
