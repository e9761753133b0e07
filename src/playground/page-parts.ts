/** What pages are made of: something that somebody said, a link, the frame around it all. */
import { escape } from "./html.ts";
import type { World } from "./model/world.ts";
import { userById } from "./world.ts";

export interface Said {
  authorId: number;
  createdAt: string;
  body: string;
  /** What was done beside saying it. */
  what?: string;
  /** Why it is folded away; null: it is not. */
  minimized?: string | null;
}

/** One entry of a conversation; what is minimised can be unfolded. */
export function said(world: World, { authorId, createdAt, body, what, minimized = null }: Said): string {
  const { login } = userById(world, authorId);
  const line = [`<b>${escape(login)}</b>`, ...(what ? [escape(what)] : []), createdAt].join(" ");
  const text = body === "" ? "" : `<pre>${escape(body)}</pre>`;
  return minimized === null
    ? `<section><p>${line}</p>${text}</section>`
    : folded(`${line} · hidden as ${escape(minimized)}`, text);
}

/** Both are HTML. */
export function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>${content}</details>`;
}

export function link(target: string, text: string): string {
  return `<a href="${escape(target)}">${escape(text)}</a>`;
}

export function page(title: string, content: string): string {
  const shown = escape(title);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${shown}</title>
<style>body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;background:#f6f8fa;padding:1rem}details{border-left:4px solid #d0d7de;padding-left:1rem}</style>
<h1>${shown}</h1>${content}</html>`;
}
