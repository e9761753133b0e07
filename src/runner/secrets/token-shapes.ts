/** Finds what looks like a token or a key of some service: secretlint's rules, and the shapes that they do not know yet. */
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import type { FoundSecret } from "./found-secret.ts";

const PRESET = "@secretlint/secretlint-rule-preset-recommend";

/** Addresses with a password in them: documents, tests and compose files are full of them, and nearly all are made up. */
const NOT_TELLING = new Set(["basicauth", "database-connection-string", "docker"].map(ruleId));

/** In their makers' own words where these describe a token's form; bounded, for an endless match ends in a full stack. */
const SHAPES: readonly (readonly [kind: string, pattern: RegExp])[] = [
  // Newer installation tokens are longer, and hold dots.
  ["a GitHub token", /\bgh[oprsu]_[\w.-]{30,9000}/g],
  ["a GitHub token", /\bgithub_pat_\w{40,9000}/g],
  ["a GitLab token", /\bgl(?:pat|dt|rt|ptt|cbt|soat|ft)-[\w.-]{20,9000}/g],
  ["an Anthropic key", /\bsk-ant-[a-z]{1,20}\d\d-[\w-]{24,9000}/g],
  ["an OpenAI key", /\bsk-(?:proj|svcacct|admin|None)-[\w-]{24,9000}/g],
  ["an OpenAI key", /\bsk-[A-Za-z0-9]{40,9000}/g],
  ["an OpenRouter key", /\bsk-or-v1-[0-9a-f]{40,9000}/g],
  ["an AWS access key", /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g],
  ["a Google key", /\bAIza[\w-]{35}/g],
  ["a Google token", /\bya29\.[\w-]{30,9000}/g],
  ["a Google client secret", /\bGOCSPX-[\w-]{28}/g],
  ["a Slack token", /\bxox[abeoprs]-[\w-]{20,9000}/g],
  ["a Slack webhook", /hooks\.slack\.com\/services\/T\w{8,9000}\/B\w{8,9000}\/\w{20,9000}/g],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}/g],
  ["a PyPI token", /\bpypi-AgE[\w-]{50,9000}/g],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{34,9000}/g],
  ["a Stripe key", /\b[rs]k_live_[A-Za-z0-9]{20,9000}/g],
  [
    "a private key",
    /-----BEGIN (?:[A-Z0-9]{1,20} ){0,9}PRIVATE KEY(?: BLOCK)?-----(?:\\[nr]|[^\w-]){1,9000}[\w+/=-]{40,9000}/g,
  ],
  ["a signed web token", /\beyJ[\w-]{10,9000}\.eyJ[\w-]{10,9000}\.[\w-]{20,9000}/g],
];

/** Made up to be seen: of too few different characters, or saying so. */
const FEW_CHARACTERS = 10;
const MADE_UP = /example|placeholder|your|dummy|fake|redacted|xxxx|0000000000|1234567890(?:abc|123)/i;

export async function findShapes(text: string): Promise<FoundSecret[]> {
  const found = SHAPES.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      kind,
    })),
  );
  const more = (await lint(text)).filter((one) => !found.some((own) => overlaps(own, one)));
  return [...found, ...more].filter(({ start, end }) => !isMadeUp(text.slice(start, end)));
}

function overlaps(one: FoundSecret, other: FoundSecret): boolean {
  return one.start < other.end && other.start < one.end;
}

async function lint(text: string): Promise<FoundSecret[]> {
  const { messages } = await lintSource({
    source: {
      // Its own comments, which switch its rules off, are anybody's to write.
      content: text.replaceAll("secretlint-", "secretlint_"),
      filePath: "text",
      ext: "",
      contentType: "text",
    },
    options: { config: { rules: [{ id: PRESET, rule: creator }] } },
  });
  return messages
    .filter(({ ruleId: id }) => !NOT_TELLING.has(id))
    .map(({ range: [start, end], ruleId: id }) => ({ start, end, kind: kindOf(id) }));
}

function isMadeUp(value: string): boolean {
  return MADE_UP.test(value) || new Set(value).size < FEW_CHARACTERS;
}

function ruleId(name: string): string {
  return `@secretlint/secretlint-rule-${name}`;
}

function kindOf(id: string): string {
  return `a token of the kind ${id.replace(ruleId(""), "")}`;
}
