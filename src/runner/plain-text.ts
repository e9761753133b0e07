/** Makes text of programs fit for reports and logs: no terminal colours, no controls, no more than there is room for. */

import { stripVTControlCharacters } from "node:util";

/** Line breaks and tabs stay, all other controls, invisible and direction-changing characters go. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r+\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "")
    .normalize("NFC");
}

/** The last `limit` characters, never half of one. */
export function tail(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(-limit).replace(/^[\u{dc00}-\u{dfff}]/u, "");
}

/** The first `limit` characters, never half of one. */
export function head(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit).replace(/[\u{d800}-\u{dbff}]$/u, "");
}
