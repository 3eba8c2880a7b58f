// The page of the playground: shows one chat as its person sees it, and lets one tap, type and move the clock.
"use strict";

const $ = (id) => document.getElementById(id);
const state = { people: [], person: null, chat: null, shown: "", replyTo: null, version: null, moving: false };

function make(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child !== null));
  return node;
}

// As people count them: a rare letter is two units, and a mark that chooses a variant belongs to its letter.
function letters(text) {
  return Array.from(new Intl.Segmenter("zh").segment(text), (part) => part.segment);
}

async function ask(path, body) {
  const options = body === undefined ? {} : body instanceof FormData
    ? { method: "POST", body }
    : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch("/api/" + path, options);
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(value.error || "请求未成功");
  return value;
}

// Whatever a person does goes through here: who and where is added, and an error is shown.
async function act(path, body = {}) {
  try {
    return await ask(path, { person: state.person.id, chat: state.chat.id, ...body });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

// --- Who I am

async function loadPeople() {
  const all = await ask("everybody");
  state.people = all.people;
  showClock(all.clock);
  const [wanted, chat] = location.hash.slice(1).split("/").map(Number);
  const person = all.people.find((one) => one.id === (state.person?.id ?? wanted)) ?? all.people[0];
  if (person) choose(person, state.chat?.id ?? chat);
  else showPeople();
}

function choose(person, chatId) {
  state.person = person;
  state.chat = person.chats.find((chat) => chat.id === chatId) ?? person.chats[0];
  location.replace(`#${person.id}/${state.chat.id}`);
  setReply(null);
  showPeople();
  showChats();
  refresh(true);
}

function showPeople() {
  const wanted = $("filter").value.trim();
  const fitting = state.people.filter((one) => (one.name + one.label).includes(wanted));
  $("people").replaceChildren(...fitting.map((one) => {
    const words = make("span", {}, one.name, one.label ? make("small", { textContent: one.label }) : null);
    const button = make("button", { onclick: () => { choose(one); $("side").classList.remove("open"); } },
      make("span", { className: "face", textContent: letters(one.name).at(-1) }), words);
    button.setAttribute("aria-current", one.id === state.person?.id);
    return make("li", {}, button);
  }));
}

function showChats() {
  const { chats } = state.person;
  $("chats").replaceChildren(...(chats.length < 2 ? [] : chats).map((chat) => {
    const button = make("button", { textContent: chat.title, onclick: () => choose(state.person, chat.id) });
    button.setAttribute("aria-current", chat.id === state.chat.id);
    return button;
  }));
}

// --- The chat

async function refresh(toEnd = false) {
  const { person, chat } = state;
  if (!person) return;
  const view = await ask(`chat?person=${person.id}&chat=${chat.id}`).catch(() => null);
  if (!view || chat !== state.chat || person !== state.person) return;
  const shown = JSON.stringify([person.id, chat.id, view]);
  if (shown === state.shown) return;
  state.shown = shown;
  const scroll = $("scroll");
  const atEnd = toEnd || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  $("title").textContent = view.title;
  $("subtitle").textContent = `${view.subtitle} · 我是${person.name}${person.label ? "（" + person.label + "）" : ""}`;
  $("open-side").textContent = person.name;
  $("face").textContent = letters(view.title)[0];
  $("messages").replaceChildren(...lines(view));
  showFooter(view);
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

function lines(view) {
  let day = "";
  return view.messages.flatMap((message) => {
    const separator = message.day === day ? [] : [make("li", { className: "day", textContent: message.day })];
    day = message.day;
    return [...separator, message.service ? make("li", { className: "service", textContent: message.text }) : bubble(view, message)];
  });
}

function bubble(view, message) {
  const parts = [
    !view.private && !message.mine ? make("div", { className: "name", textContent: message.from }) : null,
    message.reply_to ? make("div", { className: "quote", textContent: message.reply_to }) : null,
    message.file ? file(message.file) : null,
    message.text ? make("div", { className: "words" }, ...words(message.text)) : null,
    make("div", { className: "meta" },
      message.mine ? null : make("button", { className: "plain", textContent: "回复", onclick: () => setReply(message) }),
      (message.edited ? "已编辑 " : "") + message.time),
  ];
  const node = make("li", { className: message.mine ? "mine" : "" }, make("div", { className: "bubble" }, ...parts), buttons(message));
  node.dataset.id = message.id;
  return node;
}

// Links and commands in a text can be tapped.
function words(text) {
  return text.split(/(https?:\/\/[^\s，。；）]+|(?<![\w/])\/[a-z0-9_]{1,32}(?![\w/]))/i).map((part, index) => {
    if (index % 2 === 0) return part;
    const go = part.startsWith("/") ? () => act("say", { text: part }) : () => follow(part);
    return make("a", { href: "#", textContent: part, onclick: (event) => { event.preventDefault(); go(); } });
  });
}

const FACES = { voice: "语", audio: "音", video: "影", animation: "影", video_note: "影", sticker: "图" };

function file({ kind, id, name, size }) {
  const address = "/api/file?id=" + encodeURIComponent(id);
  if (kind === "photo") return make("img", { src: address, alt: "照片" });
  const label = make("span", {}, name || "语音", make("small", { textContent: bytes(size) + " · 下载" }));
  return make("a", { className: "file", href: address, download: name }, make("span", { className: "face", textContent: FACES[kind] || "文" }), label);
}

const bytes = (size) => size < 1024 ? size + " B" : size < 1048576 ? (size / 1024).toFixed(1) + " KB" : (size / 1048576).toFixed(1) + " MB";

function buttons(message) {
  if (!message.buttons.length) return null;
  const row = (row) => make("div", {}, ...row.map((button) => make("button", {
    textContent: button.label + (button.url ? " ↗" : ""),
    onclick: (event) => button.url ? follow(button.url) : tap(message, button, event.currentTarget),
  })));
  return make("div", { className: "buttons" }, ...message.buttons.map(row));
}

async function tap(message, button, node) {
  node.disabled = true;
  const answer = await act("tap", { message: message.id, data: button.data });
  node.disabled = false;
  if (!answer) return;
  if (!answer.answered) toast("小助手没有回应");
  else if (answer.alert) showAlert(answer.text);
  else if (answer.text) toast(answer.text);
}

async function follow(url) {
  const answer = await act("follow", { url });
  if (answer?.inside) choose(state.person);
  else if (answer) window.open(url, "_blank", "noopener");
}

// --- What I say

function showFooter(view) {
  $("start").hidden = view.started && !view.blocked;
  $("start").textContent = view.blocked ? "重新启用小助手" : "开始";
  $("composer").hidden = !$("start").hidden;
  $("keyboard").replaceChildren(...($("start").hidden ? view.keyboard : []).map((row) =>
    make("div", {}, ...row.map((label) => make("button", { textContent: label, onclick: () => say(label) })))));
  $("menu").hidden = !view.commands.length;
  if ($("menu").hidden) $("commands").hidden = true;
  $("commands").replaceChildren(...view.commands.map(({ command, description }) => make("li", {}, make("button", {
    onclick: () => { $("commands").hidden = true; say("/" + command + (state.chat.private ? "" : "@" + state.bot)); },
  }, make("b", { textContent: "/" + command }), description))));
}

async function say(text) {
  if (!text.trim()) return;
  const reply_to = state.replyTo?.id ?? null;
  setReply(null);
  await act("say", { text, reply_to });
  refresh(true);
}

function setReply(message) {
  state.replyTo = message;
  $("replying").hidden = !message;
  $("replying-text").textContent = message ? "回复：" + (letters(message.text).slice(0, 40).join("") || "文件") : "";
  if (message) $("text").focus();
}

async function upload() {
  const [chosen] = $("file").files;
  if (!chosen) return;
  const form = new FormData();
  for (const [name, value] of [["person", state.person.id], ["chat", state.chat.id], ["caption", $("text").value], ["file", chosen]]) form.append(name, value);
  $("file").value = "";
  try {
    await ask("upload", form);
    $("text").value = "";
  } catch (error) {
    toast(error.message);
  }
  refresh(true);
}

// --- The clock

function showClock(clock) {
  $("now").textContent = clock.words;
  $("moves").hidden = !clock.travels;
  $("next").title = clock.next ? "下一件事：" + clock.next : "";
  if (document.activeElement !== $("to")) $("to").value = clock.local;
}

async function move(where) {
  if (state.moving) return;
  state.moving = true;
  for (const button of $("clock").querySelectorAll("button")) button.disabled = true;
  const clock = await act("clock", where);
  if (clock) showClock(clock);
  for (const button of $("clock").querySelectorAll("button")) button.disabled = false;
  state.moving = false;
}

// --- Toasts, boxes, news

function toast(text) {
  const node = $("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { node.hidden = true; }, 3500);
}

function showAlert(text) {
  $("alert").querySelector("p").textContent = text;
  $("alert").showModal();
}

function listen() {
  const news = new EventSource("/api/events");
  news.onmessage = (event) => {
    const { version, clock } = JSON.parse(event.data);
    showClock(clock);
    if (version === state.version) return;
    state.version = version;
    catchUp();
  };
}

// New people and groups may have come with the news; many changes at once are one look.
async function catchUp() {
  if (catchUp.running) { catchUp.again = true; return; }
  catchUp.running = true;
  do {
    catchUp.again = false;
    const all = await ask("everybody").catch(() => null);
    if (all && JSON.stringify(all.people) !== JSON.stringify(state.people)) {
      state.people = all.people;
      const person = all.people.find((one) => one.id === state.person?.id) ?? all.people[0];
      if (person) choose(person, state.chat?.id);
    }
    await refresh();
  } while (catchUp.again);
  catchUp.running = false;
}

$("filter").oninput = showPeople;
$("open-side").onclick = () => $("side").classList.add("open");
$("close-side").onclick = () => $("side").classList.remove("open");
$("start").onclick = async () => { await act("start"); refresh(true); };
$("menu").onclick = () => { $("commands").hidden = !$("commands").hidden; };
$("no-reply").onclick = () => setReply(null);
$("file").onchange = upload;
$("composer").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  say(text);
};
$("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
};
$("travel").onsubmit = (event) => { event.preventDefault(); move({ to: $("to").value }); };
for (const button of document.querySelectorAll("[data-move]")) button.onclick = () => move(JSON.parse(button.dataset.move));

ask("everybody").then((all) => { state.bot = all.bot.username; document.title = all.bot.name + " · 演示"; });
loadPeople().then(listen);
