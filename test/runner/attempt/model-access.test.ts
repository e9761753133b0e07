/** Which models a run may use, from the inputs of its step. */
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { accessOrFault, askedWith, readAccess } from "../../../src/runner/attempt/model-access.ts";

test("has no model where no secret is set, for GitHub hands out an empty text then", () => {
  expect(readAccess({ "INPUT_ANTHROPIC-API-KEY": "", "INPUT_CLAUDE-LOGIN": "" })).toEqual({
    models: [],
    registryTokens: [],
    secrets: [],
  });
});

test("has the vendor's own address unless another is named", () => {
  const { models, secrets } = readAccess({
    "INPUT_ANTHROPIC-API-KEY": " key-a \n",
    "INPUT_OPENAI-API-KEY": "key-o",
    "INPUT_OPENAI-BASE-URL": "https://models.example.com/openai/",
  });
  expect(models).toEqual([
    {
      protocol: "anthropic",
      base: "https://api.anthropic.com",
      venue: "vendor",
      credential: { kind: "key", value: "key-a" },
    },
    {
      protocol: "openai",
      base: "https://models.example.com/openai",
      venue: "vendor",
      credential: { kind: "key", value: "key-o" },
    },
  ]);
  expect(secrets).toEqual(["key-a", "key-o"]);
});

test("takes the key where there is a login too", () => {
  const both = { "INPUT_ANTHROPIC-API-KEY": "key", "INPUT_CLAUDE-LOGIN": "login" };
  expect(readAccess(both).models.map(({ credential }) => credential.kind)).toEqual(["key"]);
  expect(readAccess({ "INPUT_CLAUDE-LOGIN": "login" }).models.map(({ credential }) => credential)).toEqual([
    { kind: "login", value: "login" },
  ]);
});

test("gives a subscription's login to no cloud", () => {
  const environment = {
    "INPUT_CLAUDE-LOGIN": "login",
    "INPUT_ANTHROPIC-BASE-URL": "https://bedrock-mantle.us-east-1.api.aws/anthropic",
  };
  expect(() => readAccess(environment)).toThrow(/"claude-login" is for Anthropic alone/);
});

test("sends no key over an open line, except to the machine itself", () => {
  const key = { "INPUT_GOOGLE-API-KEY": "key" };
  expect(() => readAccess({ ...key, "INPUT_GOOGLE-BASE-URL": "http://models.example.com" })).toThrow(
    /google-base-url.*https/,
  );
  expect(readAccess({ ...key, "INPUT_GOOGLE-BASE-URL": "http://127.0.0.1:4000" }).models[0]?.base).toBe(
    "http://127.0.0.1:4000",
  );
});

test("reads a token for each private registry, and knows its secret part alone", () => {
  const tokens = "https://npm.example.com/ Bearer abc\n\n  https://pypi.example.com Basic xyz\n";
  expect(readAccess({ "INPUT_REGISTRY-TOKENS": tokens })).toEqual({
    models: [],
    registryTokens: [
      { base: "https://npm.example.com", authorization: "Bearer abc" },
      { base: "https://pypi.example.com", authorization: "Basic xyz" },
    ],
    secrets: ["Bearer abc", "abc", "Basic xyz", "xyz"],
  });
});

test("names the line of a registry's token that cannot be read, and not what stands in it", () => {
  expect(() =>
    readAccess({ "INPUT_REGISTRY-TOKENS": "https://npm.example.com Bearer abc\nhunter2" }),
  ).toThrow(/line 2; write each as/);
  expect(() => readAccess({ "INPUT_REGISTRY-TOKENS": "hunter2" })).toThrow(/^(?!.*hunter2)/s);
});

test("names the secret and the model that a provider has turned away", () => {
  const [login] = readAccess({ "INPUT_CLAUDE-LOGIN": "login" }).models;
  const [key] = readAccess({ "INPUT_GOOGLE-API-KEY": "key" }).models;
  expect([login && askedWith(login, null), key && askedWith(key, "gemini-2.5-pro")]).toEqual([
    "It was asked for the model of its agent's own choice with the secret CLAUDE_CODE_OAUTH_TOKEN.",
    'It was asked for the model "gemini-2.5-pro" with the secret GEMINI_API_KEY.',
  ]);
});

test("gives nothing out where something cannot be read, and says what has to be mended", () => {
  const inputs = { "INPUT_ANTHROPIC-API-KEY": "key", "INPUT_ANTHROPIC-BASE-URL": "models.example.com" };
  expect(accessOrFault(inputs)).toEqual({
    access: { models: [], registryTokens: [], secrets: [] },
    fault: expect.stringMatching(
      /^The input "anthropic-base-url" is no address that can be used: .*\. Mend the secret or variable behind it under Settings/,
    ),
  });
  const key = { "INPUT_ANTHROPIC-API-KEY": "key" };
  expect(accessOrFault(key)).toEqual({ access: readAccess(key), fault: null });
});

test("knows the password of the machine's proxy for a secret", () => {
  const environment = {
    HTTPS_PROXY: "http://gza:p%40ss+word@proxy.example.com:3128",
    http_proxy: "proxy.example.com:3128",
    HTTP_PROXY: "http://gza:abc@proxy.example.com",
  };

  expect(readAccess(environment).secrets).toEqual(["p%40ss+word", "p@ss+word"]);
});

test("takes the key of a service account for Vertex, and hides every line of it", () => {
  const made = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const privateKey = made.export({ type: "pkcs8", format: "pem" }).toString();
  const file = { client_email: "gza@p.example.com", private_key_id: "key-1", private_key: privateKey };
  const environment = {
    "INPUT_ANTHROPIC-API-KEY": JSON.stringify(file, null, 2),
    "INPUT_ANTHROPIC-BASE-URL":
      "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/",
  };

  const { models, secrets } = readAccess(environment);

  expect(models).toEqual([
    {
      protocol: "anthropic",
      base: "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5",
      venue: "vertex",
      credential: { kind: "service_account", email: "gza@p.example.com", keyId: "key-1", privateKey },
    },
  ]);
  const lines = privateKey.split("\n").filter((line) => line.length > 20 && !line.startsWith("-"));
  expect(lines.length).toBeGreaterThan(20);
  expect(secrets).toEqual([privateKey, privateKey.replaceAll("\n", "\\n"), ...lines]);
});

test.each([
  ["https://aiplatform.googleapis.com/v1", "key", /anthropic-base-url.*write it as https.*\/projects\//],
  ["https://bedrock-runtime.us-east-1.amazonaws.com", "key", /write it as https.*\/anthropic/],
  ["https://models.example.com/v1?key=1", "key", /must have no \? and no #/],
  [
    "https://models.example.com",
    '{"client_email": "a"}',
    /service account.*set "anthropic-base-url" to Vertex/,
  ],
  [
    "https://aiplatform.googleapis.com/v1/projects/p/locations/global",
    '{"client_email": "a"}',
    /anthropic-api-key" is no key of a service account \(private_key_id\); take the whole JSON file/,
  ],
  [
    "https://aiplatform.googleapis.com/v1/projects/p/locations/global",
    '{"client_email": "a", "private_key_id": "b", "private_key": "hunter2"}',
    /^(?!.*hunter2).*\(private_key\)/s,
  ],
  [
    "https://aiplatform.googleapis.com/v1/projects/p/locations/global",
    "{hunter2",
    /^(?!.*hunter2).*\(it is no JSON\)/s,
  ],
])("says what is wrong with %s and the key %j", (base, key, fault) => {
  const environment = { "INPUT_ANTHROPIC-API-KEY": key, "INPUT_ANTHROPIC-BASE-URL": base };
  expect(() => readAccess(environment)).toThrow(fault);
});
