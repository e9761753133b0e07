/** Ways in which somebody who wants a secret out could write it, each as a text around the value. */
import { gzipSync } from "node:zlib";

export type Disguise = readonly [name: string, write: (value: string) => string];

const hex = (value: string): string => Buffer.from(value).toString("hex");
const base64 = (value: string): string => Buffer.from(value).toString("base64");
const codes = (value: string): number[] => [...Buffer.from(value)];
const pieces = (value: string, size: number): string[] =>
  value.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
const each = (value: string, write: (code: number) => string, glue = ""): string =>
  codes(value).map(write).join(glue);
const pair = (code: number): string => code.toString(16).padStart(2, "0");
const backwards = (value: string): string => [...value].toReversed().join("");
const wrapped = (value: string, width: number): string => pieces(value, width).join("\n");

export const DISGUISES: readonly Disguise[] = [
  ["as it is", (value) => value],
  ["in a sentence", (value) => `I found the key ${value}, which is nice.`],
  ["as an assignment", (value) => `const key = "${value}";`],
  ["in an address", (value) => `https://example.com/?q=${value}&x=1`],
  ["without its beginning", (value) => `key: ${value.slice(7)}`],
  ["without its end", (value) => `key: ${value.slice(0, -7)}`],
  ["its middle alone", (value) => `key: ${value.slice(10, 30)}`],
  ["in capitals", (value) => value.toUpperCase()],
  ["in small letters", (value) => value.toLowerCase()],
  ["backwards", backwards],
  ["backwards in words", (value) => `see ${backwards(value)} for it`],
  ["base64", base64],
  ["base64 after one character", (value) => base64(`x${value}`)],
  ["base64 after two characters", (value) => base64(`xy${value}`)],
  ["base64 in a longer text", (value) => base64(`The key is ${value}, use it well.`)],
  ["base64 for addresses", (value) => Buffer.from(`key=${value}`).toString("base64url")],
  ["base64 in lines", (value) => wrapped(base64(`key=${value}`), 20)],
  [
    "base64 in quotes",
    (value) =>
      pieces(base64(value), 8)
        .map((piece) => `"${piece}"`)
        .join(" +\n  "),
  ],
  ["base64 twice", (value) => base64(base64(value))],
  ["base64 of hexadecimal", (value) => base64(hex(value))],
  ["base64 backwards", (value) => backwards(base64(value))],
  ["base64 of it backwards", (value) => base64(backwards(value))],
  ["base64 of two bytes each", (value) => Buffer.from(value, "utf16le").toString("base64")],
  ["base64 of its middle", (value) => base64(value.slice(5, 30))],
  ["base64 of gzip", (value) => gzipSync(`the key is ${value}`).toString("base64")],
  ["hexadecimal", hex],
  ["hexadecimal in capitals", (value) => hex(value).toUpperCase()],
  ["hexadecimal with colons", (value) => each(value, pair, ":")],
  ["hexadecimal with spaces", (value) => each(value, pair, " ")],
  ["hexadecimal in lines", (value) => wrapped(hex(value), 16)],
  ["hexadecimal backwards", (value) => backwards(hex(value))],
  ["hexadecimal of base64", (value) => hex(base64(value))],
  ["hexadecimal in C", (value) => each(value, (code) => `0x${pair(code)}`, ", ")],
  ["escapes of two digits", (value) => each(value, (code) => `\\x${pair(code)}`)],
  ["escapes of four digits", (value) => each(value, (code) => `\\u00${pair(code)}`)],
  ["escapes in braces", (value) => each(value, (code) => `\\u{${pair(code)}}`)],
  ["percent signs", (value) => each(value, (code) => `%${pair(code)}`)],
  ["percent signs in capitals", (value) => each(value, (code) => `%${pair(code).toUpperCase()}`)],
  ["percent signs where they must be", (value) => encodeURIComponent(`a/b?${value}&c`)],
  ["quoted printable", (value) => each(value, (code) => `=${pair(code).toUpperCase()}`)],
  ["entities", (value) => each(value, (code) => `&#${code};`)],
  ["hexadecimal entities", (value) => each(value, (code) => `&#x${pair(code)};`)],
  ["decimal codes", (value) => `[${each(value, String, ", ")}]`],
  ["octal escapes", (value) => each(value, (code) => `\\${code.toString(8).padStart(3, "0")}`)],
  ["octal numbers", (value) => each(value, (code) => `0o${code.toString(8)}`, ",")],
  ["binary", (value) => each(value, (code) => code.toString(2).padStart(8, "0"), " ")],
  ["rot13", (value) => rotated(value)],
  ["base32", (value) => base32(value)],
  ["base32 in a longer text", (value) => base32(`it is ${value}`)],
  ["one character each line", (value) => wrapped(value, 1)],
  ["ten characters each line", (value) => wrapped(value, 10)],
  [
    "in lines with quotes",
    (value) =>
      pieces(value, 6)
        .map((piece) => `"${piece}"`)
        .join("\n"),
  ],
  [
    "put together with plus",
    (value) =>
      pieces(value, 5)
        .map((piece) => `'${piece}'`)
        .join(" + "),
  ],
  ["with spaces between", (value) => pieces(value, 1).join(" ")],
  ["with dashes between", (value) => pieces(value, 4).join("-")],
  ["as a list of characters", (value) => JSON.stringify([...value])],
  [
    "over several names",
    (value) =>
      pieces(value, 6)
        .map((piece, n) => `const part${n} = "${piece}";`)
        .join("\n"),
  ],
  [
    "over several keys",
    (value) => JSON.stringify(Object.fromEntries(pieces(value, 5).map((p, n) => [`k${n}`, p]))),
  ],
  [
    "as a numbered list",
    (value) =>
      pieces(value, 6)
        .map((piece, n) => `${n + 1}. ${piece}`)
        .join("\n"),
  ],
  [
    "in comments",
    (value) =>
      pieces(value, 7)
        .map((piece) => `// ${piece}`)
        .join("\n"),
  ],
  ["as a path", (value) => pieces(value, 8).join("/")],
  ["as a host name", (value) => `${hex(value).slice(0, 60)}.${hex(value).slice(60)}.example.com`],
  ["in two halves", (value) => `first ${value.slice(0, 20)}, and at the end ${value.slice(20)}`],
  ["in Markdown", (value) => `**Key**: \`${value}\``],
  ["in a table", (value) => `| key | ${pieces(value, 12).join(" | ")} |`],
  ["in XML", (value) => `<key>${value}</key>`],
  ["in JSON in JSON", (value) => JSON.stringify(JSON.stringify({ key: value }))],
];

function rotated(value: string): string {
  const from = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const to = "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM";
  return value.replace(/[a-z]/gi, (letter) => to[from.indexOf(letter)] ?? letter);
}

function base32(value: string): string {
  const bits = codes(value)
    .map((code) => code.toString(2).padStart(8, "0"))
    .join("");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => letters[Number.parseInt(group.padEnd(5, "0"), 2)])
    .join("");
}
