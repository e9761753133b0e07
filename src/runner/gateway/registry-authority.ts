/** A certificate authority of one attempt, for the registries' own host names: its key never leaves this process, and only the sandbox trusts it. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

export interface Authority {
  /** What the sandbox must trust, as PEM. */
  certificate: string;
  /** What a server of these hosts shows, as PEM. */
  server: { cert: string; key: string };
}

/** Object identifiers as X.509 writes them, in DER. */
const OID = {
  ecdsaWithSha256: "06082a8648ce3d040302",
  commonName: "0603550403",
  basicConstraints: "0603551d13",
  keyUsage: "0603551d0f",
  extendedKeyUsage: "0603551d25",
  serverAuth: "06082b06010505070301",
  alternativeName: "0603551d11",
  subjectKey: "0603551d0e",
  authorityKey: "0603551d23",
};

/** Milliseconds. No attempt lives that long; clocks may differ a little. */
const BEFORE = 24 * 3600_000;
const AFTER = 7 * 24 * 3600_000;

export function createAuthority(hosts: readonly string[]): Authority {
  const ca = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = name("GZA's gateway");
  const caId = keyId(ca.publicKey);
  const certificate = certified({
    subject: issuer,
    issuer,
    key: ca.publicKey,
    signer: ca.privateKey,
    extensions: [
      extension(OID.basicConstraints, sequence(tagged(0x01, Buffer.from([0xff]))), true),
      // The one bit that says: signs certificates.
      extension(OID.keyUsage, tagged(0x03, Buffer.from([2, 0x04])), true),
      extension(OID.subjectKey, tagged(0x04, caId)),
    ],
  });
  const names = hosts.map((host) => tagged(0x82, Buffer.from(host, "ascii")));
  const cert = certified({
    subject: name("A registry's mirror"),
    issuer,
    key: leaf.publicKey,
    signer: ca.privateKey,
    extensions: [
      extension(OID.basicConstraints, sequence(), true),
      // The one bit that says: signs what it says.
      extension(OID.keyUsage, tagged(0x03, Buffer.from([7, 0x80])), true),
      extension(OID.extendedKeyUsage, sequence(Buffer.from(OID.serverAuth, "hex"))),
      extension(OID.alternativeName, sequence(...names)),
      extension(OID.subjectKey, tagged(0x04, keyId(leaf.publicKey))),
      extension(OID.authorityKey, sequence(tagged(0x80, caId))),
    ],
  });
  const key = leaf.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { certificate, server: { cert, key } };
}

/** RFC 5280, section 4.1. */
function certified(parts: {
  subject: Buffer;
  issuer: Buffer;
  key: KeyObject;
  signer: KeyObject;
  extensions: readonly Buffer[];
}): string {
  const algorithm = sequence(Buffer.from(OID.ecdsaWithSha256, "hex"));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const now = Date.now();
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    algorithm,
    parts.issuer,
    sequence(time(now - BEFORE), time(now + AFTER)),
    parts.subject,
    parts.key.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...parts.extensions)),
  );
  const signature = sign("sha256", body, parts.signer);
  const whole = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function name(text: string): Buffer {
  const pair = sequence(Buffer.from(OID.commonName, "hex"), tagged(0x0c, Buffer.from(text, "utf8")));
  return sequence(tagged(0x31, pair));
}

function extension(oid: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [tagged(0x01, Buffer.from([0xff]))] : [];
  return sequence(Buffer.from(oid, "hex"), ...critical, tagged(0x04, value));
}

function keyId(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
}

/** `YYMMDDHHMMSSZ`, as certificates write times before 2050. */
function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  return tagged(0x17, Buffer.from(text.slice(2), "ascii"));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
