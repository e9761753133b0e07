/** Who sends a request: the `Authorization` header, read as GitHub reads it. */
import { createPublicKey, verify } from "node:crypto";
import { ApiError } from "./errors.ts";
import type { App, Token } from "./model/people.ts";
import type { World } from "./model/world.ts";
import { liveToken } from "./world.ts";

export interface Caller {
  token: Token | null;
  app: App | null;
}

/**
 * `token X`, `Bearer X` (X a token or an App's JSON web token) or `Basic` (the token as password, or as user name
 * without one). No header: nobody. 401 `Bad credentials` for what is unknown or past its hour, 403 for a suspended
 * installation.
 */
export function authenticate(world: World, header: string | undefined): Caller {
  if (header === undefined || header === "") return { token: null, app: null };
  const secret = secretOf(header);
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret) && !secret.startsWith("gh")) {
    return { token: null, app: appOf(world, secret) };
  }
  const token = liveToken(world, secret);
  if (!token) throw new ApiError(401, "Bad credentials");
  const installation =
    token.installationId === null ? undefined : world.installations.get(token.installationId);
  if (token.kind === "installation" && !installation) throw new ApiError(401, "Bad credentials");
  if (installation?.suspendedAt) throw new ApiError(403, "This installation has been suspended");
  return { token, app: null };
}

function secretOf(header: string): string {
  const [scheme = "", ...rest] = header.trim().split(/\s+/);
  const value = rest.join(" ");
  if (scheme.toLowerCase() !== "basic") return value;
  const [user = "", password = ""] = Buffer.from(value, "base64").toString().split(":");
  return password === "" || password === "x-oauth-basic" ? user : password;
}

/** The App that signed the token with RS256; GitHub allows 10 minutes of life and one minute of clock drift. */
function appOf(world: World, jwt: string): App {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const { alg } = decode(head);
  const { iss, iat, exp } = decode(claims);
  const now = world.now().getTime() / 1000;
  if (alg !== "RS256") throw new ApiError(401, "A JSON web token could not be decoded");
  if (typeof exp !== "number") {
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (typeof iat !== "number" || iat > now + 60) {
    throw new ApiError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (exp <= now - 60) {
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + 660) throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  const app = [...world.apps.values()].find(({ id }) => String(iss) === String(id) || iss === `Iv1.${id}`);
  if (!app || app.publicKey === "") throw new ApiError(404, "Integration not found");
  const signed = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${claims}`),
    createPublicKey(app.publicKey),
    Buffer.from(signature, "base64url"),
  );
  if (!signed) throw new ApiError(401, "A JSON web token could not be decoded");
  return app;
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ApiError(401, "A JSON web token could not be decoded");
}
