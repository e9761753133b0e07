/** What the gateway promises to the rest of the runner: the one way out of the sandbox, which holds the keys and counts the money. */
import type { ProviderSigns } from "../agents/provider-signs.ts";

/** The vendors' protocols that the gateway speaks; each is a base URL of its own inside the sandbox: `http://127.0.0.1:3128/<protocol>`. */
export const PROTOCOLS = ["anthropic", "openai", "google"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Who serves the models of a protocol: a vendor or whoever speaks like it, or a cloud that wants some things otherwise. */
export type Venue = "vendor" | "bedrock" | "vertex";

/** One model provider as the workflow's secrets and variables have it. */
export interface ModelAccess {
  protocol: Protocol;
  /** The provider's own address, or that of one that speaks its protocol; without a slash at the end. */
  base: string;
  venue: Venue;
  credential: Credential;
}

export type Credential =
  /** `login`: the token of a subscription, which counts tokens and no money. */
  { kind: "key" | "login"; value: string } | ServiceAccount;

/** Google's key of an account that is no person, as its JSON file has it. */
export interface ServiceAccount {
  kind: "service_account";
  email: string;
  keyId: string;
  /** PEM. */
  privateKey: string;
}

/** A package registry that can be read through the gateway under `http://127.0.0.1:3128/registry/<mount>/`. */
export interface Registry {
  kind: "npm" | "pypi" | "go" | "cargo" | "maven" | "gem";
  mount: string;
  /** Where it is; without a slash at the end. */
  base: string;
  /** The header `authorization` for a private one; null: it is public. */
  authorization: string | null;
}

export interface GatewayLimits {
  /** US dollars; 0: without limit. */
  usd: number;
  /** Answers of a model in all; null: without limit. For agents whose own stream does not tell their turns. */
  answers: number | null;
}

export interface GatewayFacts {
  /**
   * Counted from the providers' own fields, all answers; `cached` was read from a cache, `input` is the rest, `output` has the thoughts.
   * `usd` is the price of those that have one; null: none has, for their models are unknown or a subscription pays.
   */
  usage: { requests: number; input: number; cached: number; output: number; usd: number | null };
  /** Models that answered, in the order of their first answer. */
  models: readonly string[];
  /** Models without a known price: their tokens count, their money does not. */
  unpriced: readonly string[];
  /** Answers that broke off before their last figures: they count what was reported and an estimate of what was seen. */
  estimated: number;
  hosts: { used: string[]; tunnelled: string[]; refused: string[] };
  /** What the newest answers of a provider say of its state. */
  signs: ProviderSigns;
  /** Why the gateway gives no more answers; null: it does. */
  stopped: { reason: "budget" | "max_turns"; why: string } | null;
}

export interface Gateway {
  /** The unix socket at which it listens. */
  socket: string;
  /** What programs inside must trust, as PEM, where they go to a registry's own host: the gateway answers there too. Null: there is none. */
  certificate: string | null;
  facts(): GatewayFacts;
  /** From here on these limits hold, counted anew; the facts go on counting the whole. */
  limit(limits: GatewayLimits): void;
  /** Whether registries answer and hosts are tunnelled from here on; model calls always pass. */
  setOpen(isOpen: boolean): void;
  /** Given when it has cut off the agent; null of `facts().stopped` until then. A later `limit` begins anew with a new signal. */
  stopping(): AbortSignal;
  close(): Promise<void>;
}
