/** The models and registries that a run may use, as the workflow's secrets and variables name them; read once, in the step that holds the gateway. */
import { createPrivateKey } from "node:crypto";
import { z } from "zod";
import { venueOf } from "../gateway/cloud.ts";
import {
  PROTOCOLS,
  type Credential,
  type ModelAccess,
  type Protocol,
  type Venue,
} from "../gateway/gateway.ts";

/** Where each protocol is spoken by the vendor that made it. */
const VENDORS: Record<Protocol, string> = {
  anthropic: "https://api.anthropic.com",
  openai: "https://api.openai.com",
  google: "https://generativelanguage.googleapis.com",
};

/** The secret that a person adds for a model of this protocol. */
export const SECRETS: Record<Protocol, string> = {
  anthropic: "ANTHROPIC_API_KEY",
  openai: "OPENAI_API_KEY",
  google: "GEMINI_API_KEY",
};
/** The one that holds a subscription's token. */
const LOGIN_SECRET = "CLAUDE_CODE_OAUTH_TOKEN";

const Base = z
  .url({ abort: true })
  .refine((text) => isSafe(new URL(text)), "must begin with https:// (http:// is for loopback only)")
  .refine((text) => !/[?#]/.test(text), "must have no ? and no #")
  .transform((text) => text.replace(/\/+$/, ""));

/** A private registry's address and what it is shown as `authorization`. */
export interface RegistryToken {
  base: string;
  authorization: string;
}

export interface Access {
  models: ModelAccess[];
  registryTokens: RegistryToken[];
  /** Every secret among them, to be masked and never let out. */
  secrets: string[];
}

/** What is given out, and why not all of it: one sentence with the next step. Then nothing is given out, for no attempt can start. */
export function accessOrFault(environment: Record<string, string | undefined>): {
  access: Access;
  fault: string | null;
} {
  try {
    return { access: readAccess(environment), fault: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const fault = `${why.charAt(0).toUpperCase()}${why.slice(1)}. Mend the secret or variable behind it under Settings, Secrets and variables, Actions.`;
    return { access: { models: [], registryTokens: [], secrets: [] }, fault };
  }
}

/** Throws and names the input that cannot be read; the secret or variable behind it is what has to be mended. */
export function readAccess(environment: Record<string, string | undefined>): Access {
  const models = PROTOCOLS.flatMap((protocol) => modelOf(environment, protocol) ?? []);
  const registryTokens = tokensOf(inputOf(environment, "registry-tokens"));
  const secrets = [
    ...models.flatMap(({ credential }) => secretsOf(credential)),
    ...registryTokens.flatMap(({ authorization }) => [authorization, ...authorization.split(" ").slice(1)]),
    ...proxyPasswords(environment),
  ];
  return { models, registryTokens, secrets: [...new Set(secrets)] };
}

/** Where a provider turns an agent away, what a person has to look at: one sentence. `model` null: the agent's own choice. */
export function askedWith({ protocol, credential }: ModelAccess, model: string | null): string {
  const secret = credential.kind === "login" ? LOGIN_SECRET : SECRETS[protocol];
  const what = model === null ? "the model of its agent's own choice" : `the model "${model}"`;
  return `It was asked for ${what} with the secret ${secret}.`;
}

/** A key goes before a login: it is counted in money, and any number of attempts can use it. */
function modelOf(environment: Record<string, string | undefined>, protocol: Protocol): ModelAccess | null {
  const key = inputOf(environment, `${protocol}-api-key`);
  const login = protocol === "anthropic" ? inputOf(environment, "claude-login") : "";
  const name = `${protocol}-base-url`;
  const named = inputOf(environment, name);
  if (key === "" && login === "") return null;
  const base = Base.safeParse(named === "" ? VENDORS[protocol] : named);
  if (!base.success)
    throw new Error(`the input "${name}" is no address that can be used: ${base.error.issues[0]?.message}`);
  const at = venueOf(protocol, base.data);
  if ("fault" in at) throw new Error(`the input "${name}" is no address of that cloud's; ${at.fault}`);
  const { venue } = at;
  const credential = key === "" ? loginAt(venue, name, login) : keyAt(venue, protocol, key);
  return { protocol, base: base.data, venue, credential };
}

/** A cloud would be shown what only Anthropic may see. */
function loginAt(venue: Venue, baseName: string, value: string): Credential {
  if (venue === "vendor") return { kind: "login", value };
  throw new Error(
    `the input "claude-login" is for Anthropic alone; take "${baseName}" out, or give the cloud's key`,
  );
}

function keyAt(venue: Venue, protocol: Protocol, value: string): Credential {
  const name = `${protocol}-api-key`;
  if (!value.startsWith("{")) return { kind: "key", value };
  if (venue === "vertex") return accountOf(name, value);
  throw new Error(
    `the input "${name}" is the key of a service account of Google's; set "${protocol}-base-url" to Vertex's address`,
  );
}

const AccountFile = z.object({
  client_email: z.string().min(1),
  private_key_id: z.string().min(1),
  private_key: z.string().refine(isPrivateKey),
});

/** The JSON file that Google gives out as the key of a service account. */
function accountOf(name: string, text: string): Credential {
  const file = AccountFile.safeParse(parseJson(text));
  if (!file.success) {
    const field = file.error.issues[0]?.path.join(".") ?? "";
    throw new Error(
      `the input "${name}" is no key of a service account (${field === "" ? "it is no JSON" : field}); take the whole JSON file`,
    );
  }
  const { client_email: email, private_key_id: keyId, private_key: privateKey } = file.data;
  return { kind: "service_account", email, keyId, privateKey };
}

function isPrivateKey(text: string): boolean {
  try {
    return createPrivateKey(text).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

/** As it is, as it stands in its file, and each of its lines. */
function secretsOf(credential: Credential): string[] {
  if (credential.kind !== "service_account") return [credential.value];
  const { privateKey } = credential;
  return [
    privateKey,
    JSON.stringify(privateKey).slice(1, -1),
    ...privateKey.split("\n").filter((line) => /^[\w+/]{16}/.test(line)),
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function tokensOf(text: string): RegistryToken[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .map((line, index) => {
      const [address = "", ...words] = line.split(/\s+/);
      const base = Base.safeParse(address);
      if (!base.success || words.length === 0)
        throw new Error(
          `the input "registry-tokens" cannot be read in its line ${index + 1}; write each as: https://registry.example.com Bearer <token>`,
        );
      return { base: base.data, authorization: words.join(" ") };
    });
}

/** Of the machine's own proxy, as it is written and as it is meant; shorter ones would stand in half of all words. */
function proxyPasswords(environment: Record<string, string | undefined>): string[] {
  const names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
  return names.flatMap((name) => {
    const written = URL.parse(environment[name] ?? "")?.password ?? "";
    const meant = new URLSearchParams(`p=${written.replaceAll("+", "%2B")}`).get("p") ?? written;
    return written.length < 4 ? [] : [written, meant];
  });
}

function inputOf(environment: Record<string, string | undefined>, name: string): string {
  return (environment[`INPUT_${name.toUpperCase()}`] ?? "").trim();
}

function isSafe({ protocol, hostname }: URL): boolean {
  return (
    protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname))
  );
}
