// The page of the playground: shows one chat as its person sees it, and lets one tap, type and move the clock.
"use strict";

const $ = (id) => document.getElementById(id);
const PHONE = matchMedia("(max-width: 760px)");
const state = { people: [], person: null, chat: null, shown: "", about: null, version: null, clock: null, keys: [], moving: false, sending: false, picked: false };

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
  if (!answer.ok) throw new Error(value.error || "没有成功，请再试一次。");
  return value;
}

// Whatever a person does goes through here: who and where is added, and an error is shown.
async function act(path, body = {}) {
  try {
    return await ask(path, { person: state.person?.id, chat: state.chat?.id, ...body });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

// --- Lists of which only what is new is made: whoever reads or stands in one is not thrown out of it

// wanted: [{ key, shown, make }]; a node stays as long as its `shown` is the same.
function fill(list, wanted) {
  const held = focusIn(list);
  const keys = new Set(wanted.map((one) => one.key));
  const old = new Map();
  for (const node of [...list.children]) keys.has(node.dataset.key) ? old.set(node.dataset.key, node) : node.remove();
  wanted.forEach((one, index) => {
    const there = old.get(one.key);
    const node = there?.shown === one.shown ? there : Object.assign(one.make(), { shown: one.shown });
    node.dataset.key = one.key;
    if (there && there !== node) there.replaceWith(node);
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  if (held) giveBack(list, held);
}

const stops = (node) => [...node.querySelectorAll("button, a")];

function focusIn(list) {
  const node = list.contains(document.activeElement) ? document.activeElement.closest("[data-key]") : null;
  return node && { key: node.dataset.key, at: stops(node).indexOf(document.activeElement) };
}

function giveBack(list, { key, at }) {
  if (list.contains(document.activeElement)) return;
  const node = [...list.children].find((one) => one.dataset.key === key);
  ((node && stops(node)[at]) ?? $("scroll")).focus({ preventScroll: true });
}

// One stop of the Tab key for a whole list; the arrows go on in it.
function oneStop(list) {
  const all = [...list.querySelectorAll("button")];
  const current = all.find((button) => button.getAttribute("aria-current") === "true") ?? all[0];
  for (const button of all) button.tabIndex = button === current ? 0 : -1;
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const all = [...event.currentTarget.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  all[(at + step + all.length) % all.length].focus();
}

// --- Who I am

const called = (person) => person.name + (person.label ? " · " + person.label : "");

async function loadPeople() {
  const all = await ask("everybody");
  state.people = all.people;
  state.bot = all.bot;
  showClock(all.clock);
  showPapers(all);
  const [wanted, chat] = location.hash.slice(1).split("/").map(Number);
  const person = wanted ? all.people.find((one) => one.id === wanted) : all.people[0];
  if (person) choose(person, chat);
  else showNobody();
}

function choose(person, chatId) {
  state.person = person;
  const chat = person.chats.find((one) => one.id === chatId) ?? person.chats[0];
  if (chat.id !== state.chat?.id) setAbout(null);
  state.chat = chat;
  location.replace(`#${person.id}/${state.chat.id}`);
  showPeople();
  showChats();
  refresh(true);
}

function showNobody() {
  $("who").textContent = "没有选择身份";
  $("chats").replaceChildren();
  showEmpty("没有选择会话。\n" + (state.people.length ? "请点“换人”选择身份。" : "这里还没有人员。"));
  document.querySelector("footer").hidden = true;
  showPeople();
}

function showPeople() {
  const wanted = $("filter").value.trim();
  const fitting = state.people.filter((one) => called(one).includes(wanted));
  fill($("people"), fitting.map((one) => {
    const current = one.id === state.person?.id;
    return { key: String(one.id), shown: called(one) + current, make: () => make("li", {}, personButton(one, current)) };
  }));
  oneStop($("people"));
  $("nobody").hidden = fitting.length > 0;
  $("nobody").textContent = wanted ? `没有找到“${wanted}”。` : "这里还没有人员。";
}

function personButton(one, current) {
  const words = make("span", {}, one.name, one.label ? make("small", { textContent: one.label }) : null);
  const face = make("span", { className: "face", textContent: letters(one.name).at(-1), ariaHidden: "true" });
  const button = make("button", { onclick: () => pick(one) }, face, words);
  button.setAttribute("aria-current", current);
  return button;
}

function pick(person) {
  choose(state.people.find((one) => one.id === person.id) ?? person);
  closeSide();
}

function showChats() {
  const { person, chat } = state;
  $("who").textContent = called(person);
  document.title = `${called(person)} · ${state.bot.name}演示`;
  fill($("chats"), person.chats.map((one) => {
    const current = one.id === chat.id;
    return { key: String(one.id), shown: one.title + one.note + current, make: () => chatButton(one, current) };
  }));
  oneStop($("chats"));
  $("chats").querySelector("[aria-current=true]").scrollIntoView({ block: "nearest", inline: "nearest" });
}

function chatButton(chat, current) {
  const button = make("button", { onclick: () => choose(state.person, chat.id) }, chat.title, make("small", { textContent: chat.note }));
  button.setAttribute("aria-current", current);
  return button;
}

// On a phone the list lies over the chat, which waits behind it.
function openSide() {
  if (!PHONE.matches) return $("filter").focus();
  $("side").classList.add("open");
  $("main").inert = true;
  ($("people").querySelector("[aria-current=true]") ?? $("close-side")).focus();
}

function closeSide() {
  if (!$("side").classList.contains("open")) return;
  $("side").classList.remove("open");
  $("main").inert = false;
  $("me").focus();
}

// --- The chat

const atEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 80;
const toEnd = () => { $("scroll").scrollTop = $("scroll").scrollHeight; };

async function refresh(goToEnd = false) {
  const { person, chat } = state;
  if (!person) return;
  const view = await ask(`chat?person=${person.id}&chat=${chat.id}`).catch(() => null);
  if (!view || chat !== state.chat || person !== state.person) return;
  const shown = JSON.stringify([person.id, chat.id, view]);
  if (shown === state.shown) return;
  state.shown = shown;
  const follow = goToEnd || atEnd();
  showMessages(view);
  showFooter(view);
  if (follow) toEnd();
}

function showMessages(view) {
  const where = `${state.person.id}/${state.chat.id}/`;
  fill($("messages"), lines(view).map((line) => ({ ...line, key: where + line.key })));
  if (view.messages.length) $("empty").hidden = true;
  else showEmpty(nothingSaid(view));
}

function nothingSaid(view) {
  if (!view.private) return "群里还没有消息。";
  return view.started ? "还没有消息。" : "还没有消息。\n请点“开始”，与支部小助手对话。";
}

function showEmpty(words) {
  $("messages").replaceChildren();
  $("empty").textContent = words;
  $("empty").hidden = false;
}

function lines(view) {
  let day = "";
  return view.messages.flatMap((message) => {
    const first = message.day !== day;
    day = message.day;
    const line = { key: String(message.id), shown: JSON.stringify(message), make: () => message.service ? pill("service", message.text) : bubble(view, message) };
    return first ? [{ key: day, shown: day, make: () => pill("day", message.day) }, line] : [line];
  });
}

const pill = (className, textContent) => make("li", { className, textContent });

function bubble(view, message) {
  const parts = [
    !view.private && !message.mine ? make("div", { className: "name", textContent: message.from }) : null,
    message.reply_to ? make("div", { className: "quote", textContent: message.reply_to }) : null,
    message.file ? file(message.file) : null,
    message.text ? make("div", { className: "words" }, ...words(message.text)) : null,
    make("div", { className: "meta", textContent: (message.edited ? "已编辑 " : "") + message.time }),
  ];
  const said = make("div", { className: "said" }, make("div", { className: "bubble" }, ...parts), buttons(message));
  const node = make("li", { className: message.mine ? "mine" : "" }, said, does(message));
  node.dataset.id = message.id;
  return node;
}

// What may be done with a message: the bot's and others' are answered, one's own text is changed.
function does(message) {
  if (message.mine && !message.text) return null;
  const word = message.mine ? "修改" : "回复";
  const button = make("button", { className: "does", textContent: word, onclick: () => setAbout({ message, edits: message.mine }) });
  button.ariaLabel = `${word}：${beginning(message)}`;
  return button;
}

const beginning = (message) => letters(message.text).slice(0, 40).join("") || "文件";

// Links and commands in a text can be tapped.
function words(text) {
  return text.split(/(https?:\/\/[^\s，。；）]+|(?<![\w/])\/[a-z0-9_]{1,32}(?![\w/]))/i).map((part, index) => {
    if (index % 2 === 0) return part;
    const go = part.startsWith("/") ? () => act("say", { text: part }) : () => follow(part);
    return make("a", { href: "#", textContent: part, onclick: (event) => { event.preventDefault(); go(); } });
  });
}

const FACES = { voice: "语", audio: "音", video: "影", animation: "影", video_note: "影", sticker: "图" };
const OPENS = /\.(html|pdf|txt|csv|png|jpe?g)$/i;
const apart = { target: "_blank", rel: "noopener" };

function file({ kind, id, name, size }) {
  const address = "/api/file?id=" + encodeURIComponent(id);
  if (kind === "photo") return make("a", { className: "picture", href: address, ...apart }, make("img", { src: address, alt: "照片，点开查看", onload: settle }));
  const save = { href: address, download: name };
  if (!OPENS.test(name)) return make("a", { className: "file", ...save }, ...fileWords(kind, name, bytes(size) + " · 下载"));
  const open = make("a", { className: "file", href: address + "&open=1", ...apart }, ...fileWords(kind, name, bytes(size) + " · 打开"));
  return make("div", {}, open, make("a", { className: "save", textContent: "下载", ariaLabel: "下载" + name, ...save }));
}

function fileWords(kind, name, note) {
  const face = make("span", { className: "face", textContent: FACES[kind] || "文", ariaHidden: "true" });
  return [face, make("span", {}, name || "语音", make("small", { textContent: note }))];
}

// A picture that has come makes the chat longer.
function settle(event) {
  if ($("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < event.target.height + 80) toEnd();
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
  if (node.ariaBusy === "true") return;
  node.ariaBusy = "true";
  const answer = await act("tap", { message: message.id, data: button.data });
  node.ariaBusy = "false";
  if (!answer) return;
  if (!answer.answered) toast("支部小助手没有回应。");
  else if (answer.alert) showAlert(answer.text);
  else if (answer.text) toast(answer.text);
}

async function follow(url) {
  const answer = await act("follow", { url });
  if (answer?.inside) choose(state.person);
  else if (answer) window.open(url, "_blank", "noopener");
}

// --- What the quarter leaves on paper

function showPapers({ papers, report }) {
  $("open-papers").hidden = !papers.length;
  $("read").hidden = !report;
  fill($("papers"), papers.map(({ name, size }, number) => ({
    key: String(number), shown: name + size, make: () => make("li", {}, paper(name, size, `/paper/${number}?save=1`)),
  })));
}

function paper(name, size, href) {
  return make("a", { className: "file", href, download: name }, ...fileWords("document", name, bytes(size) + " · 下载"));
}

// --- What I say

function showFooter(view) {
  const closed = !view.started || view.blocked;
  document.querySelector("footer").hidden = false;
  $("start").hidden = !closed;
  $("start").textContent = view.blocked ? "重新启用支部小助手" : "开始";
  $("composer").hidden = closed;
  showKeys(view, closed);
  $("menu").hidden = !view.commands.length;
  if (closed || $("menu").hidden) showCommands(false);
  fill($("commands"), view.commands.map(({ command, description }) => ({
    key: command, shown: description, make: () => make("li", {}, commandButton(command, description)),
  })));
}

function commandButton(command, description) {
  const text = "/" + command + (state.chat.private ? "" : "@" + state.bot.username);
  return make("button", { onclick: () => { showCommands(false); say(text); } }, make("b", { textContent: "/" + command }), description);
}

function showCommands(open) {
  $("commands").hidden = !open;
  $("menu").setAttribute("aria-expanded", open);
}

function showKeys(view, closed) {
  state.keys = closed ? [] : view.keyboard;
  const none = { key: "none", shown: "none", make: () => make("p", { textContent: "这里没有下方按钮，可以直接输入消息。" }) };
  const rows = state.keys.map((row, index) => ({ key: String(index), shown: JSON.stringify(row), make: () => keyRow(row) }));
  fill($("keyboard"), rows.length || closed ? rows : [none]);
  $("fold-keyboard").hidden = !rows.length;
  showFold("keyboard");
}

function keyRow(row) {
  return make("div", {}, ...row.map((label) => make("button", { textContent: label, onclick: () => say(label) })));
}

async function say(text) {
  const answered = state.about?.edits ? null : state.about?.message.id ?? null;
  const done = await act("say", { text, reply_to: answered });
  if (done && answered) setAbout(null);
  if (done) refresh(true);
  return Boolean(done);
}

async function change(message, text) {
  const done = await act("edit", { message: message.id, text });
  if (done) setAbout(null);
  if (done) refresh();
  return Boolean(done);
}

// What was refused stays, to be sent again.
async function send(event) {
  event.preventDefault();
  const text = $("text").value;
  if (!text.trim() || state.sending) return;
  state.sending = true;
  const done = state.about?.edits ? await change(state.about.message, text) : await say(text);
  state.sending = false;
  if (done && $("text").value === text) $("text").value = "";
}

// about: { message, edits }: the message that is answered or changed.
function setAbout(about) {
  if (state.about?.edits) $("text").value = "";
  const end = atEnd();
  state.about = about;
  $("about").hidden = !about;
  if (end) toEnd();
  if (!about) return;
  $("about-text").textContent = (about.edits ? "修改：" : "回复：") + beginning(about.message);
  $("about-off").ariaLabel = about.edits ? "不修改" : "不回复";
  if (about.edits) $("text").value = about.message.text;
  $("text").focus();
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

// --- What folds away: the clock and the keyboard

// The keyboard's button is small: two letters a line.
const FOLDS = { clock: { box: "moves", word: "时钟" }, keyboard: { box: "keyboard", word: "\n键盘" } };

function folded(name) {
  const kept = sessionStorage.getItem("folded-" + name);
  return kept === null ? name === "clock" && PHONE.matches : kept === "true";
}

function fold(name) {
  const end = atEnd();
  sessionStorage.setItem("folded-" + name, !folded(name));
  showFold(name);
  if (end) toEnd();
}

function showFold(name) {
  const { box, word } = FOLDS[name];
  const away = folded(name);
  $(box).hidden = name === "clock" ? away || !state.clock?.travels || Boolean(state.clock.replay) : away && state.keys.length > 0;
  const button = $("fold-" + name), does = (away ? "展开" : "收起") + word;
  button.textContent = does;
  button.ariaLabel = does.replace("\n", "");
  button.ariaExpanded = String(!away);
}

// --- The clock

function showClock(clock) {
  state.clock = clock;
  $("now").textContent = clock.words;
  $("now").dateTime = clock.local;
  $("next").hidden = !clock.next;
  $("nothing").hidden = Boolean(clock.next);
  $("next").textContent = clock.next ? nextWords(clock.next) : "";
  if (!state.picked) $("to").value = clock.local;
  $("fold-clock").hidden = !clock.travels || Boolean(clock.replay);
  showFold("clock");
  showReplay(clock.replay);
}

function nextWords({ at, words, people }) {
  return `下一件事：${at} ${words}`.trim() + (people ? `（${people}人）` : "");
}

function showReplay(replay) {
  $("replay").hidden = !replay;
  if (!replay) return;
  $("percent").value = replay.percent;
  $("reached").textContent = `正在演示：${replay.percent}%，已到${replay.day}`;
}

async function move(where) {
  if (state.moving) return;
  state.moving = true;
  $("clock").ariaBusy = "true";
  const clock = await act("clock", where);
  $("clock").ariaBusy = "false";
  state.moving = false;
  state.picked = false;
  showClock(clock ?? state.clock);
}

// --- Toasts, boxes, news

// Emptied first: the same words twice are news twice.
function toast(text) {
  const node = $("toast");
  node.textContent = "";
  clearTimeout(toast.timer);
  requestAnimationFrame(() => { node.textContent = text; });
  toast.timer = setTimeout(() => { node.textContent = ""; }, 4000 + 80 * text.length);
}

function showAlert(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}

function listen() {
  const news = new EventSource("/api/events");
  news.onmessage = (event) => {
    const { version, clock } = JSON.parse(event.data);
    const another = clock.words.slice(0, -5) !== state.clock.words.slice(0, -5);
    showClock(clock);
    if (version === state.version && !another) return;
    state.version = version;
    catchUp();
  };
}

// New people, groups and offices may have come with the news or the day; many changes at once are one look.
async function catchUp() {
  if (catchUp.running) { catchUp.again = true; return; }
  catchUp.running = true;
  do {
    catchUp.again = false;
    const all = await ask("everybody").catch(() => null);
    if (all) showPapers(all);
    if (all && JSON.stringify(all.people) !== JSON.stringify(state.people)) newPeople(all.people);
    await refresh();
  } while (catchUp.again);
  catchUp.running = false;
}

// Who looks at a chat goes on looking at it.
function newPeople(people) {
  const before = state.people.length;
  state.people = people;
  const person = people.find((one) => one.id === state.person?.id) ?? (before ? null : people[0]);
  if (!person) return showPeople();
  if (!state.person) return choose(person);
  state.person = person;
  state.chat = person.chats.find((chat) => chat.id === state.chat.id) ?? person.chats[0];
  showPeople();
  showChats();
}

function escape(event) {
  if (event.key !== "Escape") return;
  closeSide();
  showCommands(false);
  if (state.about) setAbout(null);
}

$("filter").oninput = showPeople;
$("me").onclick = openSide;
$("open-papers").onclick = () => $("handed").showModal();
$("close-side").onclick = closeSide;
$("people").onkeydown = walk;
$("chats").onkeydown = walk;
$("start").onclick = async () => { await act("start"); refresh(true); };
$("menu").onclick = () => showCommands($("commands").hidden);
$("about-off").onclick = () => setAbout(null);
$("file").onchange = upload;
$("composer").onsubmit = send;
$("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
};
$("fold-clock").onclick = () => fold("clock");
$("fold-keyboard").onclick = () => fold("keyboard");
$("next").onclick = () => move({ next: true });
$("to").oninput = () => { state.picked = true; };
$("travel").onsubmit = (event) => { event.preventDefault(); move({ to: $("to").value }); };
for (const button of document.querySelectorAll("[data-hours]")) button.onclick = () => move({ hours: Number(button.dataset.hours) });
document.addEventListener("keydown", escape);

loadPeople().then(listen);
