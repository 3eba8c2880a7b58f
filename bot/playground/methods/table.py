"""Every method that the playground knows, by name in lower case: Telegram does not mind the case either."""

from collections.abc import Callable
from typing import Any

from bot.playground.methods import editing, knowing, receiving, sending

METHODS: dict[str, Callable[..., Any]] = {
    "getme": knowing.get_me,
    "getupdates": receiving.get_updates,
    "setwebhook": receiving.set_webhook,
    "deletewebhook": receiving.delete_webhook,
    "getwebhookinfo": receiving.get_webhook_info,
    "answercallbackquery": receiving.answer_callback_query,
    "sendmessage": sending.send_message,
    "senddocument": sending.send_document,
    "sendphoto": sending.send_photo,
    "sendvoice": sending.send_voice,
    "sendaudio": sending.send_audio,
    "sendvideo": sending.send_video,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_text,
    "editmessagecaption": editing.edit_caption,
    "editmessagereplymarkup": editing.edit_markup,
    "deletemessage": editing.delete_message,
    "getfile": knowing.get_file,
    "getchat": knowing.get_chat,
    "getchatmember": knowing.get_chat_member,
    "getchatadministrators": knowing.get_chat_administrators,
    "getchatmembercount": knowing.get_chat_member_count,
    "leavechat": knowing.leave_chat,
    "setmycommands": knowing.set_my_commands,
    "getmycommands": knowing.get_my_commands,
    "deletemycommands": knowing.delete_my_commands,
    "setmyname": knowing.set_text,
    "setmydescription": knowing.set_text,
    "setmyshortdescription": knowing.set_text,
    "getmyname": knowing.get_text,
    "getmydescription": knowing.get_text,
    "getmyshortdescription": knowing.get_text,
    "setchatmenubutton": knowing.agree,
    "logout": knowing.agree,
    "close": knowing.agree,
}
