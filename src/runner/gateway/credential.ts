/** How the gateway shows a provider who is asking: the header and the secret in it, of which the agent never has a byte. */
import { createSign } from "node:crypto";
import type { ModelAccess, Protocol, ServiceAccount } from "./gateway.ts";

export interface Shown {
  header: string;
  /** What stands before the secret, such as `Bearer `. */
  scheme: string;
  secret: string;
}

const KEY_HEADERS: Record<Protocol, string | null> = {
  anthropic: "x-api-key",
  openai: null,
  google: "x-goog-api-key",
};

/** Clouds take their keys as tokens, like those of a login. */
export function shownTo({ protocol, venue, credential }: ModelAccess, now: Date): Shown {
  const secret = credential.kind === "service_account" ? signedToken(credential, now) : credential.value;
  const header = credential.kind === "key" && venue === "vendor" ? KEY_HEADERS[protocol] : null;
  return header === null
    ? { header: "authorization", scheme: "Bearer ", secret }
    : { header, scheme: "", secret };
}

/** Google's services take what an account has signed itself, without asking for a token first: https://google.aip.dev/auth/4111. */
function signedToken({ email, keyId, privateKey }: ServiceAccount, now: Date): string {
  const second = Math.floor(now.getTime() / 1000);
  const head = { alg: "RS256", typ: "JWT", kid: keyId };
  const claims = {
    iss: email,
    sub: email,
    scope: "https://www.googleapis.com/auth/cloud-platform",
    iat: second,
    exp: second + 3600,
  };
  const signed = [head, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}
