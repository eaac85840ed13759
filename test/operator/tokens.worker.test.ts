import { env, runDurableObjectAlarm, SELF } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { controlOperations, isChange } from "../../src/documents/operations.ts";
import { credentialsSchema } from "../../src/documents/responseBodies.ts";
import { signedHeaders } from "../../src/fc/signature/sign.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { age, parentOf } from "../objects/objects.ts";
import { fromAnotherClient, request, versions } from "../request.ts";
import { asOperator, requestWith } from "./operator.ts";

const [classic] = versions;
const JSON_TYPE = new Headers({ "Content-Type": "application/json" });
const path = classic.config("f");

const bearer = (token: string | undefined) => ({ Authorization: `Bearer ${token}` });
const rotate = async (sandbox: TestSandbox, credentials?: readonly string[], token?: string) =>
  sandbox.send(
    "POST",
    "/_sandbox/credentials/rotate",
    credentials ? { credentials } : {},
    bearer(token ?? sandbox.access.controlToken),
  );

describe("a watch token", () => {
  test("reads what the control plane shows, but no other credential", async () => {
    const sandbox = await newSandbox({ settings: { signatures: "required" } });
    const { watchToken } = sandbox.access;
    for (const address of ["", "/requests", "/faults", "/audit", "/snapshot", "/invocations", "/metrics"]) {
      const answer = await sandbox.send("GET", `/_sandbox${address}`, undefined, bearer(watchToken));
      expect([address, answer.status]).toEqual([address, 200]);
    }
    const { body } = await sandbox.send("GET", "/_sandbox", undefined, bearer(watchToken));
    expect(body).toMatchObject({ role: "watch", watchToken });
    expect(body).not.toHaveProperty("controlToken");
    expect(body).not.toHaveProperty("accessKeySecret");
  });

  const changes = Object.entries(controlOperations).filter(
    ([, operation]) => isChange(operation) && !("access" in operation),
  );

  test.each(changes)("does not %s", async (_, { method, path }) => {
    const sandbox = await newSandbox();
    await sandbox.send("PUT", classic.config("f"), { maxAsyncRetryAttempts: 1 });
    const before = await sandbox.snapshot.export();
    const body = BODIES[path] ?? {};
    const address = `/_sandbox${path.replace(/\{\w+\}/g, "some")}`;
    const hasBody = method !== "DELETE";
    const answer = await sandbox.send(
      method,
      address,
      hasBody ? body : undefined,
      bearer(sandbox.access.watchToken),
    );
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: "This token may only read: a change needs the control token." },
    });
    expect(await sandbox.snapshot.export()).toEqual(before);
  });

  test("counts and verifies, since that changes nothing", async () => {
    const sandbox = await newSandbox();
    const { watchToken } = sandbox.access;
    const counted = await sandbox.send("POST", "/_sandbox/requests/count", {}, bearer(watchToken));
    expect([counted.status, counted.body]).toEqual([200, { count: 0 }]);
  });

  test("brought along to the API may read, and change nothing", async () => {
    const sandbox = await newSandbox();
    const headers = { "X-Sandbox-Token": sandbox.access.watchToken ?? "" };
    expect((await sandbox.send("PUT", path, {}, headers)).status).toBe(403);
    expect((await sandbox.send("GET", path, undefined, headers)).status).toBe(404);
    await sandbox.send("PUT", path, {}, { "X-Sandbox-Token": sandbox.access.controlToken ?? "" });
    expect((await sandbox.send("DELETE", path, undefined, headers)).status).toBe(403);
    expect((await sandbox.send("GET", path, undefined, headers)).status).toBe(200);
  });

  test("of another sandbox, or with another generation written into it, is refused", async () => {
    const [sandbox, other] = [await newSandbox(), await newSandbox()];
    const { watchToken = "" } = sandbox.access;
    for (const token of [other.access.watchToken, watchToken.replace(".0.", ".1."), `control${watchToken}`]) {
      expect((await sandbox.send("GET", "/_sandbox", undefined, bearer(token))).status).toBe(403);
    }
  });
});

/** Bodies that the operations' schemas accept, by path. */
const BODIES: Readonly<Record<string, object>> = {
  "/faults": { effect: { type: "delay", milliseconds: 1 } },
  "/faults/{id}": { effect: { type: "delay", milliseconds: 1 } },
  "/outcomes": { outcomes: [{ type: "success" }] },
  "/outcomes/{id}": { outcomes: [{ type: "success" }] },
  "/clock": { mode: "real" },
  "/clock/advance": { seconds: 1 },
  "/pact/provider-states": { state: "no configs" },
  "/pact/states/{name}": { configs: [] },
  "/snapshot": { configs: [] },
};

describe("rotation", () => {
  test("ends the former control token at once, and leaves the others", async () => {
    const sandbox = await newSandbox();
    const { status, body } = await rotate(sandbox, ["controlToken"]);
    expect(status).toBe(200);
    const { controlToken, watchToken, accessKeySecret } = credentialsSchema.parse(body);
    expect(controlToken).not.toBe(sandbox.access.controlToken);
    expect({ watchToken, accessKeySecret }).toEqual({
      watchToken: sandbox.access.watchToken,
      accessKeySecret: sandbox.access.accessKeySecret,
    });
    const former = await sandbox.send("PATCH", "/_sandbox/settings", {}, bearer(sandbox.access.controlToken));
    expect(former).toMatchObject({
      status: 403,
      body: { detail: "This token was replaced by a new one." },
    });
    expect((await sandbox.send("PATCH", "/_sandbox/settings", {}, bearer(controlToken))).status).toBe(200);
  });

  test("without names replaces all, as often as it is asked for", async () => {
    const sandbox = await newSandbox();
    const seen = new Set([JSON.stringify(sandbox.access.controlToken)]);
    let token = sandbox.access.controlToken;
    for (let i = 0; i < 3; i++) {
      const { body } = await rotate(sandbox, undefined, token);
      token = body.controlToken;
      seen.add(JSON.stringify([body.controlToken, body.watchToken, body.accessKeySecret]));
    }
    expect(seen.size).toBe(4);
    const { body } = await sandbox.send("GET", "/_sandbox", undefined, bearer(token));
    expect(body).toMatchObject({ role: "control", controlToken: token });
  });

  test("ends the former access key in every function at once, also for a Worker that does not know of it", async () => {
    const sandbox = await newSandbox({ settings: { signatures: "required" } });
    const put = async (secret: string | undefined, name: string) => {
      const { accessKeyId = "" } = sandbox.access;
      const address = classic.config(name);
      const headers = await signedHeaders(
        "FC",
        { accessKeyId, accessKeySecret: secret ?? "" },
        { method: "PUT", path: address, query: "", headers: JSON_TYPE, body: new Uint8Array([0x7b, 0x7d]) },
        new Date(),
      );
      headers.delete("Content-Type");
      return (await sandbox.send("PUT", address, {}, Object.fromEntries(headers))).status;
    };
    const former = sandbox.access.accessKeySecret;
    expect(await put(former, "f")).toBe(200);
    const { body } = await rotate(sandbox, ["accessKey"]);
    expect(await put(former, "f")).toBe(403);
    expect(await put(body.accessKeySecret, "f")).toBe(200);
    expect(await put(former, "new")).toBe(403);
    expect(await put(body.accessKeySecret, "new")).toBe(200);
    // This time the Worker takes the key of the first rotation for the present one.
    const again = await rotate(sandbox, ["accessKey"]);
    expect(await put(body.accessKeySecret, "f")).toBe(403);
    expect(await put(again.body.accessKeySecret, "f")).toBe(200);
  });

  test("closes the feed of those who watch by a former token", async () => {
    const sandbox = await newSandbox();
    const { watchToken, controlToken } = sandbox.access;
    const closed: string[] = [];
    const watch = async (role: string, token: string | undefined) => {
      const { webSocket } = await SELF.fetch(`${sandbox.endpoint}/_sandbox/events`, {
        headers: {
          ...fromAnotherClient(),
          Upgrade: "websocket",
          "Sec-WebSocket-Protocol": `fc-sandbox, token.${token}`,
        },
      });
      webSocket?.accept();
      webSocket?.addEventListener("close", ({ code }) => closed.push(`${role} ${code}`));
    };
    await watch("watch", watchToken);
    await watch("control", controlToken);
    await rotate(sandbox, ["watchToken"]);
    await expect.poll(() => closed).toEqual(["watch 1008"]);
  });

  test("outlasts an erasure: a former token is not valid again", async () => {
    const sandbox = await newSandbox();
    const { body } = await rotate(sandbox, ["controlToken"]);
    await age(sandbox, 8 * 86_400_000);
    await runDurableObjectAlarm(parentOf(sandbox));
    const former = await sandbox.send(
      "GET",
      "/_sandbox/faults",
      undefined,
      bearer(sandbox.access.controlToken),
    );
    expect(former.status).toBe(403);
    const present = await sandbox.send("GET", "/_sandbox/faults", undefined, bearer(body.controlToken));
    expect(present.status).toBe(200);
  });

  test.each([{ credentials: [] }, { credentials: ["password"] }, { nonsense: 1 }])(
    "of %j is 400",
    async (given) => {
      const sandbox = await newSandbox();
      const headers = bearer(sandbox.access.controlToken);
      expect((await sandbox.send("POST", "/_sandbox/credentials/rotate", given, headers)).status).toBe(400);
    },
  );
});

describe("a root secret that is replaced", () => {
  const next = { ROOT_SECRET: "the-next-root-secret", PREVIOUS_ROOT_SECRETS: `old\n${env.ROOT_SECRET}` };

  test("loses every sandbox without the former one", async () => {
    const { access } = await newSandbox();
    const lost = { ROOT_SECRET: "the-next-root-secret" };
    const answer = await requestWith(
      lost,
      "GET",
      `/s/${access.id}/_sandbox`,
      undefined,
      bearer(access.controlToken),
    );
    expect(answer.status).toBe(404);
  });

  test("loses nothing with the former one, whose credentials are accepted", async () => {
    const { access } = await newSandbox();
    const get = (token: string | undefined, variables: object) =>
      requestWith(variables, "GET", `/s/${access.id}/_sandbox`, undefined, bearer(token));
    const { status, body } = await get(access.controlToken, next);
    expect([status, body.controlToken]).toEqual([200, access.controlToken]);
  });

  test("ends the credentials of the former one where these are refused, and the operator gives new ones", async () => {
    const { access } = await newSandbox({ settings: { signatures: "required" } });
    const refusing = { ...next, PREVIOUS_CREDENTIALS: "refused" as const };
    const get = (token: string | undefined) =>
      requestWith(refusing, "GET", `/s/${access.id}/_sandbox`, undefined, bearer(token));
    expect((await get(access.controlToken)).status).toBe(403);
    const link = await requestWith(
      refusing,
      "POST",
      `/_sandbox/sandboxes/${access.id}/links`,
      { role: "control" },
      bearer("operator"),
    );
    const { status, body } = await get(link.body.token);
    expect([status, body.accessKeySecret === access.accessKeySecret]).toEqual([200, false]);
  });
});

describe("a link of the operator's", () => {
  test("is to watch, or to control; with rotate the former links of the role end", async () => {
    const { access } = await newSandbox();
    const links = `/sandboxes/${access.id}/links`;
    const watch = await asOperator("POST", links, { role: "watch" });
    expect([watch.status, watch.body]).toEqual([
      201,
      {
        role: "watch",
        token: access.watchToken,
        url: `http://sandbox/s/${access.id}/#token=${access.watchToken}`,
      },
    ]);
    const control = await asOperator("POST", links, { role: "control", rotate: true });
    const get = (token: string | undefined) =>
      request("GET", `/s/${access.id}/_sandbox`, undefined, bearer(token));
    expect((await get(access.controlToken)).status).toBe(403);
    expect((await get(control.body.token)).body).toMatchObject({ role: "control" });
    expect((await get(access.watchToken)).body).toMatchObject({ role: "watch" });
  });

  test("is 404 for what is no sandbox, 400 for another role, and 409 to control default", async () => {
    const { access } = await newSandbox();
    expect((await asOperator("POST", "/sandboxes/nothing/links", { role: "watch" })).status).toBe(404);
    const links = `/sandboxes/${access.id}/links`;
    expect((await asOperator("POST", links, { role: "owner" })).status).toBe(400);
    expect((await asOperator("POST", "/sandboxes/default/links", { role: "control" })).status).toBe(409);
  });
});
