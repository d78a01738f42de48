"""Files: what bots and people upload, kept beside the world and fetched by path."""

import mimetypes
import secrets

from playground.world import Json, World


def keep_file(world: World, name: str, content: bytes) -> Json:
    """Store an upload; bots and people may fetch it by its path."""
    unique = secrets.token_hex(8)
    folder = world.folder / "files"
    folder.mkdir(exist_ok=True)
    (folder / unique).write_bytes(content)
    file: Json = {
        "file_id": f"file-{unique}",
        "file_unique_id": unique,
        "file_size": len(content),
        "file_path": f"files/{unique}",
        "name": name,
    }
    world.files[file["file_id"]] = file
    world.keep("file", file["file_id"], file)
    return file


def file_fields(kind: str, file: Json) -> Json:
    """A message's fields for a file of the kind: photo, document, voice, audio or video_note."""
    about = {key: file[key] for key in ("file_id", "file_unique_id", "file_size")}
    if kind == "photo":
        return {"photo": [about | {"width": 1, "height": 1}]}
    length = {"duration": int(file.get("duration") or 1)}
    mime = mimetypes.guess_type(str(file["name"]))[0]
    if kind == "voice":
        return {"voice": about | length | {"mime_type": "audio/ogg"}}
    if kind == "video_note":
        return {"video_note": about | length | {"length": 240}}
    named = about | {"file_name": file["name"]} | ({"mime_type": mime} if mime else {})
    return {"audio": named | length} if kind == "audio" else {"document": named}
