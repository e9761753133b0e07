/** Signs records, so that what somebody else pushed to a task's ref is not taken for GZA's word. */
import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";
import { canonicalBody, NO_SHA, Record, type RecordBody } from "../domain/record.ts";
import type { Sha } from "../domain/task.ts";

/** What a record's signature binds it to: the same words under another task or after another commit are a forgery. */
export interface SignedPlace {
  /** The repository's numeric id. */
  repository: number;
  /** The record before it; null: it is the first. */
  parent: Sha | null;
}

/** The key is derived from the App's private key, so every replica has it and nothing more must be kept secret. */
export function recordKey(privateKeyPem: string): KeyObject {
  const secret = createPrivateKey(privateKeyPem).export({ type: "pkcs8", format: "der" });
  return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "gza record v1", 32)));
}

export function signRecord(key: KeyObject, place: SignedPlace, body: RecordBody): Record {
  return Record.parse({ ...body, mac: macOf(key, place, body).toString("hex") });
}

export function isSigned(key: KeyObject, place: SignedPlace, record: Record): boolean {
  const { mac, ...body } = record;
  return timingSafeEqual(macOf(key, place, body), Buffer.from(mac, "hex"));
}

function macOf(key: KeyObject, { repository, parent }: SignedPlace, body: RecordBody): Buffer {
  // Compared and signed as JSON of the list: no two different places give the same bytes.
  const text = JSON.stringify([repository, body.issue, parent ?? NO_SHA, canonicalBody(body)]);
  return createHmac("sha256", key).update(text).digest();
}
