import { env, runInDurableObject } from "cloudflare:test";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { accessUser } from "../../src/control/access.ts";
import { Router } from "../../src/http/router.ts";
import { Barrier } from "../calls.ts";
import { newSandbox } from "../newSandbox.ts";
import { parentOf } from "../objects/objects.ts";

const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const URL_OF_WORKER = "https://sandbox.example/_sandbox/sandboxes";
const PERSON = { email: "ann@example.com" };

/** A worker that answers who has passed Access. */
const worker = new Router();
worker.all("*", async (c) => {
  const user = await accessUser(c);
  return user.ok ? c.json({ user: user.value ?? null }) : c.json(user.error, user.error.status as 403);
});

type Key = Awaited<ReturnType<typeof newKey>>;

async function newKey() {
  const kid = crypto.randomUUID();
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  return {
    kid,
    privateKey,
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" },
  };
}

/** A team of its own, since keys are kept for the team that was asked about last. */
let team: string;
let key: Key;
/** What the team's domain answers with. */
let certs: () => Response | Promise<Response>;
let fetched: string[];

beforeEach(async () => {
  team = `${crypto.randomUUID()}.cloudflareaccess.com`;
  key = await newKey();
  certs = () => Response.json({ keys: [key.jwk] });
  fetched = [];
  // Restored before the next test: all files share a process.
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    fetched.push(String(input));
    return certs();
  });
});

function variables() {
  return { ACCESS_TEAM_DOMAIN: team, ACCESS_AUDIENCE: AUDIENCE };
}

/** A token as Access makes them, to be signed. */
function token(claims: object = PERSON, header: object = {}): SignJWT {
  return new SignJWT({ type: "app", ...claims })
    .setProtectedHeader({ alg: "RS256", kid: key.kid, typ: "JWT", ...header })
    .setIssuer(`https://${team}`)
    .setAudience([AUDIENCE])
    .setIssuedAt()
    .setExpirationTime("1m");
}

async function ask(
  assertion: string | undefined,
  {
    method = "GET",
    headers = {},
    ...others
  }: { method?: string; headers?: object; [name: string]: unknown } = {},
) {
  const request = new Request(URL_OF_WORKER, {
    method,
    headers: { ...(assertion ? { "Cf-Access-Jwt-Assertion": assertion } : {}), ...headers },
  });
  const response = await worker.fetch(request, { ...env, ...variables(), ...others });
  return { status: response.status, body: await response.json<{ title?: string; detail?: string }>() };
}

const NOBODY = { status: 200, body: { user: null } };
const ANN = { status: 200, body: { user: { name: "ann@example.com" } } };
const invalid = (why: string) => ({
  status: 403,
  body: { status: 403, title: "Forbidden", detail: `The token of Cloudflare Access is not valid: ${why}.` },
});

describe("a request has passed Access", () => {
  test("with the token of a person, whose keys are fetched once", async () => {
    expect(await ask(await token().sign(key.privateKey))).toEqual(ANN);
    expect(await ask(await token().sign(key.privateKey))).toEqual(ANN);
    expect(fetched).toEqual([`https://${team}/cdn-cgi/access/certs`]);
  });

  test("with the token of a service, whose name is its client id", async () => {
    const service = token({ common_name: "e3.access", sub: "" });
    expect(await ask(await service.sign(key.privateKey))).toEqual({
      status: 200,
      body: { user: { name: "e3.access" } },
    });
  });

  test("with a token of the team's next key, once the team signs with that", async () => {
    expect(await ask(await token().sign(key.privateKey))).toEqual(ANN);
    const previous = key;
    key = await newKey();
    certs = () => Response.json({ keys: [key.jwk, previous.jwk] });
    // A token whose key is not known has the keys fetched, but not twice in 30 seconds.
    const early = await ask(await token().sign(key.privateKey));
    expect(early).toEqual(invalid("no applicable key found in the JSON Web Key Set"));
    expect(fetched.length).toBe(1);
    const later = Date.now() + 31_000;
    vi.spyOn(Date, "now").mockReturnValue(later);
    expect(await ask(await token().sign(key.privateKey))).toEqual(ANN);
    expect(fetched.length).toBe(2);
  });

  test("with no token where the deployment is behind no Access, whatever the header says", async () => {
    const assertion = await token().sign(key.privateKey);
    expect(await ask(assertion, { ACCESS_TEAM_DOMAIN: "", ACCESS_AUDIENCE: "" })).toEqual(NOBODY);
    expect(await ask(undefined)).toEqual(NOBODY);
    expect(fetched).toEqual([]);
  });
});

describe("a token is refused", () => {
  const past = Math.floor(Date.now() / 1000) - 60;

  test.each<[string, () => Promise<string>, string]>([
    [
      "that another key signed",
      async () => token().sign((await newKey()).privateKey),
      "signature verification failed",
    ],
    [
      "whose key the team does not have",
      async () => token(PERSON, { kid: "other" }).sign(key.privateKey),
      "no applicable key found in the JSON Web Key Set",
    ],
    [
      "for another application",
      () => token().setAudience("0").sign(key.privateKey),
      'unexpected "aud" claim value',
    ],
    [
      "of another team",
      () => token().setIssuer("https://other.cloudflareaccess.com").sign(key.privateKey),
      'unexpected "iss" claim value',
    ],
    [
      "that has expired",
      () => token().setExpirationTime(past).sign(key.privateKey),
      '"exp" claim timestamp check failed',
    ],
    [
      "that never expires",
      () =>
        new SignJWT(PERSON)
          .setProtectedHeader({ alg: "RS256", kid: key.kid })
          .setIssuer(`https://${team}`)
          .setAudience(AUDIENCE)
          .sign(key.privateKey),
      'missing required "exp" claim',
    ],
    [
      "that nobody signed",
      async () =>
        new UnsecuredJWT(PERSON)
          .setIssuer(`https://${team}`)
          .setAudience(AUDIENCE)
          .setExpirationTime("1m")
          .encode(),
      '"alg" (Algorithm) Header Parameter value not allowed',
    ],
    [
      "whose signature is a MAC under the public key",
      async () =>
        token(PERSON, { alg: "HS256" }).sign(new TextEncoder().encode(await exportSPKI(key.publicKey))),
      '"alg" (Algorithm) Header Parameter value not allowed',
    ],
    ["that is none", async () => "a.b", "Invalid Compact JWS"],
  ])("%s", async (_, assertion, why) => {
    expect(await ask(await assertion())).toEqual(invalid(why));
  });

  test("that names nobody", async () => {
    for (const claims of [{}, { email: "" }, { email: ["ann@example.com"] }]) {
      const { status, body } = await ask(await token(claims).sign(key.privateKey));
      expect([status, body.detail]).toEqual([403, "The token of Cloudflare Access names nobody."]);
    }
  });
});

describe("the team's keys", () => {
  test.each<[string, () => Response]>([
    ["are an error", () => new Response("down", { status: 502 })],
    ["are a page", () => new Response("<html>")],
    ["are no key set", () => Response.json({ keys: "none" })],
    ["redirect", () => Response.redirect("https://elsewhere.example/keys")],
    [
      "take too long",
      () => {
        throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
      },
    ],
    [
      "do not arrive",
      () => {
        throw new TypeError("Network connection lost.");
      },
    ],
  ])("%s: 503, until they are there", async (_, answer) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const usual = certs;
    certs = answer;
    const assertion = await token().sign(key.privateKey);
    const detail = `The keys of Cloudflare Access could not be fetched from ${team}: try again.`;
    expect(await ask(assertion)).toEqual({
      status: 503,
      body: { status: 503, title: "Unavailable", detail },
    });
    expect(logged).toHaveBeenCalledOnce();
    certs = usual;
    expect(await ask(assertion)).toEqual(ANN);
  });

  test("that one request fetches keep no other request waiting", async () => {
    const answer = new Barrier();
    const usual = certs;
    const assertion = await token().sign(key.privateKey);
    // The runtime resumes whoever waits for another object's promise only when that object runs.
    const [slow, quick] = await Promise.all([newSandbox(), newSandbox()]);
    certs = async () => {
      await answer.wait();
      return usual();
    };
    const first = runInDurableObject(parentOf(slow), () => ask(assertion));
    await answer.reached();
    certs = usual;
    expect(await runInDurableObject(parentOf(quick), () => ask(assertion))).toEqual(ANN);
    answer.open();
    expect(await first).toEqual(ANN);
  });
});

describe("with a login of Access, a write", () => {
  const write = async (headers: object, others: object = {}) => {
    const assertion = await token().sign(key.privateKey);
    return ask(assertion, { method: "POST", headers, ...others });
  };

  test.each<[string, object, object?]>([
    ["of no browser", {}],
    ["of the deployment's own page", { Origin: "https://sandbox.example", "Sec-Fetch-Site": "same-origin" }],
    ["of a browser that names no origin", { "Sec-Fetch-Site": "same-origin" }],
    ["of the address bar", { "Sec-Fetch-Site": "none" }],
    [
      "of the page at the public address",
      { Origin: "https://public.example" },
      { PUBLIC_URL: "https://public.example/fc" },
    ],
  ])("%s is accepted", async (_, headers, others) => {
    expect(await write(headers, others)).toEqual(ANN);
  });

  test.each<[string, object, object?]>([
    ["another site", { Origin: "https://evil.example" }],
    ["another port", { Origin: "https://sandbox.example:8443" }],
    ["another scheme", { Origin: "http://sandbox.example" }],
    ["an opaque origin", { Origin: "null" }],
    ["another site that names no origin", { "Sec-Fetch-Site": "cross-site" }],
    ["a neighbour that names no origin", { "Sec-Fetch-Site": "same-site" }],
    ["the inner address", { Origin: "https://sandbox.example" }, { PUBLIC_URL: "https://public.example" }],
  ])("of %s is refused", async (_, headers, others) => {
    const { status, body } = await write(headers, others);
    expect([status, body.title]).toEqual([403, "Forbidden"]);
    expect(body.detail).toMatch(
      /^With a login of Cloudflare Access, only pages of https:\/\/\w+\.example may send/,
    );
  });

  test("of another site is refused whatever its method, reading is not, but by a WebSocket", async () => {
    const assertion = await token().sign(key.privateKey);
    const headers = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };
    for (const method of ["PUT", "PATCH", "DELETE", "QUERY"]) {
      expect((await ask(assertion, { method, headers })).status).toBe(403);
    }
    expect(await ask(assertion, { headers })).toEqual(ANN);
    expect((await ask(assertion, { headers: { ...headers, Upgrade: "websocket" } })).status).toBe(403);
  });
});
