"use strict";
// Draws pictures that come by server-sent events. What has not been heard of for SILENCE ms is not known any more.
const SILENCE = 3000;
const COLOURS = {MASTER: "ok", BACKUP: "calm", FAULT: "bad", UNKNOWN: "unknown", INIT: "unknown", LEAVING: "unknown",
  up: "ok", enabled: "ok", down: "bad", drain: "unknown", disabled: "unknown"};
let heard = null;
let last = null;

// Text only: nothing that a name or a cause contains can become markup.
// Roles are said in full: on narrow screens rows are drawn as blocks, and browsers would forget that they are rows.
const ROLES = {tr: "row", td: "cell", th: "rowheader", tbody: "rowgroup"};

function make(tag, content, more = {}) {
  const element = document.createElement(tag);
  if (ROLES[tag]) element.setAttribute("role", ROLES[tag]);
  for (const [name, value] of Object.entries(more)) element.setAttribute(name, value);
  for (const part of [content].flat()) if (part !== null && part !== undefined) element.append(part);
  return element;
}
const cell = (label, content) => make("td", make("div", content), {"data-label": label});
const head = (content, more = {}) => make("th", content, {scope: "row", ...more});
const badge = (state) => make("span", state, {class: "state " + (COLOURS[state] || "unknown")});
const list = (items) => items.length ? make("ul", items.map((each) => make("li", each))) : "–";

function when(iso) {
  if (!iso) return "–";
  const then = new Date(iso);
  return make("time", then.toLocaleString(undefined, {dateStyle: "short", timeStyle: "medium"}), {datetime: iso});
}

function fill(id, rows) {
  const section = document.getElementById(id);
  section.hidden = rows.length === 0;
  section.querySelector("tbody, ul").replaceChildren(...rows);
}

function addresses(instance) {
  return list((instance.addresses || []).map((each) => {
    const amiss = each.here !== (instance.state === "MASTER") && instance.state !== "LEAVING" && instance.state !== "UNKNOWN";
    const words = each.address + (amiss ? (each.here ? " (here, although not MASTER)" : " (missing)") : "");
    return make("span", words, amiss ? {class: "bad"} : {});
  }));
}

function instanceRow(instance) {
  const master = instance.master ? `${instance.master} (${instance.master_priority})` : "–";
  const state = instance.dual ? [badge(instance.state), " and " + instance.dual + " too"] : badge(instance.state);
  const name = instance.vrid === undefined ? instance.name : [instance.name, make("div",
    `VRID ${instance.vrid} on ${instance.interface || "no interface"}`, {class: "quiet"})];
  return make("tr", [head(name), cell("State", state), cell("Since", when(instance.since)), cell("Cause", instance.cause),
    cell("Addresses", addresses(instance)), cell("Master", master), cell("Priority", String(instance.priority ?? "–"))]);
}

function groupRow(group) {
  return make("tr", [head(group.name), cell("State", badge(group.state)), cell("Since", when(group.since)),
    cell("Cause", group.cause), cell("Members", group.members.join(", "))]);
}

function checkWords(check) {
  return make("span", `${check.kind}: ${check.last}`, check.up ? {} : {class: "bad"});
}

function serviceBody(service) {
  const serving = service.serving === "servers" ? "" : ` · served by: ${service.serving}`;
  const problem = service.problem ? ` · ${service.problem}` : "";
  const first = make("tr", [head(service.name, {class: "service"}), cell("State", badge(service.up ? "up" : "down")),
    cell("Since", when(service.since)), cell("Cause", service.words + serving + problem),
    cell("Weight", `${service.weight} (quorum ${service.quorum})`), cell("Checks", "–")]);
  const servers = service.servers.map((server) => make("tr", [head(server.server), cell("State", badge(server.state)),
    cell("Since", when(server.since)), cell("Cause", server.words), cell("Weight", String(server.weight)),
    cell("Checks", list(server.checks.map(checkWords)))]));
  return make("tbody", [first, ...servers]);
}

function eventRow(event) {
  const words = make("span", event.words || event.kind, event.level === "info" ? {} : {class: event.level === "error" ? "bad" : "warning"});
  return make("tr", [head(when(event.at)), cell("About", event.who || "–"), cell("What", words)]);
}

function summary(picture) {
  const count = {};
  for (const instance of picture.instances) count[instance.state] = (count[instance.state] || 0) + 1;
  const states = Object.entries(count).map(([state, number]) => `${number} ${state}`).join(", ");
  if (!picture.fresh) return ["unknown", "UNKNOWN: the VRRP process does not answer"];
  if (picture.problems.length) return ["bad", `${states || "no instances"}; ${picture.problems.length} problem${picture.problems.length > 1 ? "s" : ""}`];
  if (picture.lacking.length) return ["unknown", `${states || "no instances"}; not ready`];
  return [count.FAULT ? "bad" : "ok", states || "running"];
}

function say(colour, words) {
  const element = document.getElementById("summary");
  if (element.textContent !== words) element.textContent = words;
  element.className = colour;
  document.title = words + " – standfast";
}

function draw(picture) {
  document.body.classList.remove("stale");
  say(...summary(picture));
  const about = [`as of ${new Date(picture.at).toLocaleTimeString()}`, picture.config, picture.version && `standfast ${picture.version}`,
    picture.generation !== null && `generation ${picture.generation}`];
  document.getElementById("about").textContent = about.filter(Boolean).join(" · ");
  fill("problems", [...picture.problems, ...picture.lacking].map((words) => make("li", words)));
  fill("instances", picture.instances.map(instanceRow));
  fill("groups", picture.groups.map(groupRow));
  const services = document.getElementById("services");
  services.hidden = picture.services.length === 0;
  services.querySelectorAll("tbody").forEach((body) => body.remove());
  services.querySelector("table").append(...picture.services.map(serviceBody));
  fill("events", picture.events.map(eventRow));
}

// Nothing that was true once is left standing: every state becomes UNKNOWN.
function forget() {
  const known = last ? {...last,
    instances: last.instances.map(({name, since}) => ({name, since, state: "UNKNOWN", cause: "nothing heard from the daemon"})),
    groups: [], services: [], problems: [], lacking: [], fresh: false} : null;
  if (known) draw(known);
  document.body.classList.add("stale");
  const ago = heard ? ` for ${Math.round((Date.now() - heard) / 1000)} s` : "";
  say("unknown", `UNKNOWN: the daemon has not been heard${ago}`);
}

function hear(text) {
  last = JSON.parse(text);
  heard = Date.now();
  draw(last);
}

if (typeof EventSource !== "undefined") {
  let source = null;
  const open = () => {
    source = new EventSource("events");
    source.addEventListener("picture", (event) => hear(event.data));
  };
  open();
  setInterval(() => {
    if (heard !== null && Date.now() - heard <= SILENCE) return;
    forget();
    if (source.readyState === EventSource.CLOSED) open();
  }, 1000);
}
