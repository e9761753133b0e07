/** The forms in which somebody writes a value down so that nobody recognises it, each boiled down to small letters and digits. */

/** A value in one form. A run of `least` characters of it is as telling as 12 characters of the value itself. */
export interface Form {
  text: string;
  least: number;
}

/** Characters of a value that give it away. */
export const TELLING = 12;

/** Longer values are looked for in their commonest forms only. */
const LONG = 600;

/** Every form of the value, forwards and backwards, whole or any part of it. */
export function formsOf(value: string): Form[] {
  const reversed = [...value].toReversed().join("");
  const forms = [value, reversed].flatMap((one) => (value.length > LONG ? commonForms(one) : allForms(one)));
  return forms.map(({ text, least }) => ({ text: boiled(text), least })).filter(hasEnough);
}

/** Letters and digits alone: what stands between them is how things are put together, quoted, escaped or wrapped. */
export function boiled(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

function hasEnough({ text, least }: Form): boolean {
  return text.length >= least;
}

function commonForms(value: string): Form[] {
  return [{ text: value, least: TELLING }, { text: hexOf(value), least: 2 * TELLING }, ...base64Of(value)];
}

function allForms(value: string): Form[] {
  const bytes = Buffer.from(value);
  const hex = hexOf(value);
  const whole = bytes.toString("base64");
  return [
    ...commonForms(value),
    { text: encodeURIComponent(value), least: TELLING },
    { text: rotated(value), least: TELLING },
    ...base32Of(bytes),
    // `\x73`, `&#x73;` and `%73` in all their spellings; `0x73`; `\u0073`; `0o163`, `\163`; `115, 107`; `01110011`.
    { text: each(bytes, (byte) => `x${pair(byte)}`), least: 3 * TELLING },
    { text: each(bytes, (byte) => `0x${pair(byte)}`), least: 4 * TELLING },
    { text: each(bytes, (byte) => `u00${pair(byte)}`), least: 5 * TELLING },
    { text: each(bytes, (byte) => `u${pair(byte)}`), least: 3 * TELLING },
    { text: each(bytes, (byte) => `0o${byte.toString(8)}`), least: 4 * TELLING },
    { text: each(bytes, (byte) => byte.toString(8).padStart(3, "0")), least: 3 * TELLING },
    { text: each(bytes, (byte) => byte.toString(8)), least: 3 * TELLING },
    { text: each(bytes, (byte) => String(byte)), least: 2 * TELLING },
    { text: each(bytes, (byte) => byte.toString(2).padStart(8, "0")), least: 8 * TELLING },
    { text: each(bytes, (byte) => `${pair(byte)}00`), least: 4 * TELLING },
    // One form inside the other.
    ...base64Of(whole, 2 * TELLING),
    ...base64Of(whole.replaceAll("+", "-").replaceAll("/", "_"), 2 * TELLING),
    ...base64Of(hex, 3 * TELLING),
    ...base64Of(hex.toUpperCase(), 3 * TELLING),
    ...base64Of(Buffer.from(value, "utf16le"), 3 * TELLING),
    { text: hexOf(whole), least: 3 * TELLING },
    { text: [...whole].toReversed().join(""), least: 16 },
    { text: [...hex].toReversed().join(""), least: 2 * TELLING },
  ];
}

/** Base64 groups three bytes: where a value stands in a longer text decides among three forms of its inside. */
function base64Of(value: string | Buffer, least = 16): Form[] {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return [0, 1, 2].map((skipped) => {
    const rest = bytes.subarray(skipped);
    const whole = rest.subarray(0, rest.length - (rest.length % 3));
    return { text: whole.toString("base64"), least };
  });
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The same for base32 and its groups of five. */
function base32Of(bytes: Buffer): Form[] {
  return [0, 1, 2, 3, 4].map((skipped) => {
    const bits = each(bytes.subarray(skipped), (byte) => byte.toString(2).padStart(8, "0"));
    const groups = bits.match(/.{5}/g) ?? [];
    return { text: groups.map((group) => BASE32[Number.parseInt(group, 2)] ?? "").join(""), least: 20 };
  });
}

function hexOf(value: string): string {
  return Buffer.from(value).toString("hex");
}

function rotated(value: string): string {
  return value.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0);
    const first = code < 97 ? 65 : 97;
    return String.fromCharCode(((code - first + 13) % 26) + first);
  });
}

function each(bytes: Buffer, write: (byte: number) => string): string {
  return [...bytes].map(write).join("");
}

function pair(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
