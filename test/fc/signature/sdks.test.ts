import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SignedRequest } from "../../../src/fc/signature/signedRequest.ts";
import { claimedAccessKeyId, verifySignature } from "../../../src/fc/signature/verdict.ts";
import {
  fc2Client,
  fc20230330,
  fc20230330Client,
  fcOpen20210406,
  fcOpen20210406Client,
  type Key,
} from "../../clients/sdks.ts";
import { nodeMd5 } from "./signing.ts";

let received: SignedRequest[] = [];

const server = createServer(async (incoming, response) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method = "", url = "", rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  const [path = "", query = ""] = url.split("?");
  received.push({ method, path, query, headers, body: new Uint8Array(Buffer.concat(chunks)) });
  if (method === "DELETE") response.writeHead(204).end();
  else response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
});

let url: string;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

// @alicloud/fc2 sends a security token only with an access key ID that begins with STS.
const longTerm = { accessKeyId: "sbx-team-a", accessKeySecret: "secret-of-team-a" };
const temporary = { accessKeyId: "STS.team-a", accessKeySecret: "secret-of-team-a", securityToken: "token" };

// What an SDK encodes in a path, and in a query.
const NAME = "re port";
const TOKEN = "a b/+=&!*'()~é";

async function useFc2(key: Key) {
  const client = fc2Client(url, key);
  await client.putFunctionAsyncConfig("shop", NAME, "prod", { maxAsyncRetryAttempts: 1 });
  await client.putFunctionAsyncConfig("shop", NAME);
  await client.getFunctionAsyncConfig("shop", NAME);
  await client.listFunctionAsyncConfigs("shop", NAME, { limit: 2, nextToken: TOKEN });
  await client.deleteFunctionAsyncConfig("shop", NAME);
}

async function useFcOpen20210406(key: Key, signatureAlgorithm?: "v2") {
  const client = fcOpen20210406Client(url, key, signatureAlgorithm);
  const qualifier = "prod";
  await client.putFunctionAsyncInvokeConfig(
    "shop",
    NAME,
    new fcOpen20210406.PutFunctionAsyncInvokeConfigRequest({ qualifier, maxAsyncRetryAttempts: 1 }),
  );
  await client.putFunctionAsyncInvokeConfig(
    "shop",
    NAME,
    new fcOpen20210406.PutFunctionAsyncInvokeConfigRequest({}),
  );
  await client.getFunctionAsyncInvokeConfig(
    "shop",
    NAME,
    new fcOpen20210406.GetFunctionAsyncInvokeConfigRequest({ qualifier }),
  );
  await client.listFunctionAsyncInvokeConfigs(
    "shop",
    NAME,
    new fcOpen20210406.ListFunctionAsyncInvokeConfigsRequest({ limit: 2, nextToken: TOKEN }),
  );
  await client.deleteFunctionAsyncInvokeConfig(
    "shop",
    NAME,
    new fcOpen20210406.DeleteFunctionAsyncInvokeConfigRequest({ qualifier: "" }),
  );
}

async function useFc20230330(key: Key, signatureAlgorithm?: "v2") {
  const client = fc20230330Client(url, key, signatureAlgorithm);
  const body = new fc20230330.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts: 1 });
  const qualifier = "prod";
  await client.putAsyncInvokeConfig(NAME, new fc20230330.PutAsyncInvokeConfigRequest({ qualifier, body }));
  await client.putAsyncInvokeConfig(
    NAME,
    new fc20230330.PutAsyncInvokeConfigRequest({ body: new fc20230330.PutAsyncInvokeConfigInput({}) }),
  );
  await client.getAsyncInvokeConfig(NAME, new fc20230330.GetAsyncInvokeConfigRequest({ qualifier }));
  await client.listAsyncInvokeConfigs(
    new fc20230330.ListAsyncInvokeConfigsRequest({ functionName: NAME, limit: 2, nextToken: TOKEN }),
  );
  await client.deleteAsyncInvokeConfig(
    NAME,
    new fc20230330.DeleteAsyncInvokeConfigRequest({ qualifier: "" }),
  );
}

function byV2(use: (key: Key, signatureAlgorithm: "v2") => Promise<void>) {
  return (key: Key) => use(key, "v2");
}

describe.each([
  { sdk: "@alicloud/fc2", use: useFc2, scheme: "FC " },
  { sdk: "@alicloud/fc-open20210406", use: useFcOpen20210406, scheme: "ACS3-HMAC-SHA256 " },
  { sdk: "@alicloud/fc20230330", use: useFc20230330, scheme: "ACS3-HMAC-SHA256 " },
  { sdk: "@alicloud/fc-open20210406, asked for v2,", use: byV2(useFcOpen20210406), scheme: "acs " },
  { sdk: "@alicloud/fc20230330, asked for v2,", use: byV2(useFc20230330), scheme: "acs " },
])("what $sdk sends", ({ use, scheme }) => {
  test.each([
    { kind: "long-term", key: longTerm },
    { kind: "temporary", key: temporary },
  ])("is validly signed with $kind credentials", async ({ key }) => {
    received = [];
    await use(key);
    expect(received.map(({ method }) => method)).toEqual(["PUT", "PUT", "GET", "GET", "DELETE"]);
    for (const request of received) {
      expect(request.headers.get("Authorization")?.startsWith(scheme)).toBe(true);
      expect(claimedAccessKeyId(request.headers)).toBe(key.accessKeyId);
      expect(await verifySignature(request, key, Date.now(), nodeMd5)).toEqual({ kind: "valid" });
      const otherKey = { ...key, accessKeySecret: "another" };
      expect(await verifySignature(request, otherKey, Date.now(), nodeMd5)).toMatchObject({
        error: { code: "SignatureNotMatch" },
      });
    }
  });
});
