import type { SignedRequest } from "../../../src/fc/signature/signedRequest.ts";
import type { AccessKey } from "../../../src/fc/signature/verdict.ts";

export interface KnownAnswer {
  readonly name: string;
  readonly request: SignedRequest;
  readonly key: AccessKey;
  readonly now: number;
}

const key: AccessKey = { accessKeyId: "sbx-team-a", accessKeySecret: "secret-of-team-a" };
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const put = '{"maxAsyncRetryAttempts":1}';
const putSha256 = "ddcc284ea91429c94a842eb9aaa25f2a254ab4555ea3309b59d3c067ac7ae5b1";
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function request(line: string, headers: Record<string, string>, body = ""): SignedRequest {
  const [method = "", url = ""] = line.split(" ");
  const [path = "", query = ""] = url.split("?");
  const bytes = new TextEncoder().encode(body) as Uint8Array<ArrayBuffer>;
  return { method, path, query, headers: new Headers(headers), body: bytes };
}

function putWithMd5(contentMd5: string, signature: string): SignedRequest {
  return request(
    "PUT /2016-08-15/services/shop.prod/functions/report/async-invoke-config",
    {
      Authorization: `FC sbx-team-a:${signature}`,
      "Content-MD5": contentMd5,
      "Content-Type": "application/json",
      Date: "Fri, 02 Jan 2026 03:04:05 GMT",
      Host: "not-signed",
      "X-Fc-Trace-Id": "a trace",
      "X-Fc-Account-Id": "1234567890123456",
      "X-Fc-Security-Token": "a-token",
    },
    put,
  );
}

/** Requests whose signatures were made outside of this repository: by hand with Python, or by the vendor. */
export const knownAnswers: readonly KnownAnswer[] = [
  {
    name: "FC, Content-MD5 as base64 of the bytes",
    request: putWithMd5("u71ypLe3+46aWXHrKNUk/g==", "bFDnzXuqnzvgv5cXIukhEdKK5In4lqRtM6VUlRnRGEA="),
    key,
    now,
  },
  {
    name: "FC, Content-MD5 as base64 of the hex digest, as @alicloud/fc2 has it",
    request: putWithMd5(
      "YmJiZDcyYTRiN2I3ZmI4ZTlhNTk3MWViMjhkNTI0ZmU=",
      "t66scShArVAbf3Y6C1k/cHUTfR1Fhg1t4w+IR2hb4Z0=",
    ),
    key,
    now,
  },
  {
    name: "FC, Content-MD5 as the hex digest, as fc-go-sdk has it",
    request: putWithMd5("bbbd72a4b7b7fb8e9a5971eb28d524fe", "44/6GU8q6GG1goYKl4tLTmnMJJlQ4mCvmLTyefRN0iw="),
    key,
    now,
  },
  {
    name: "FC, as fc-java-sdk 1.8.25 sent it, with a Content-MD5 of the body before it was signed",
    request: request(
      "POST /2016-08-15/services",
      {
        Authorization: "FC sbx-team-a:qEraBMt6wsJBAnsFxkhMfGQxW/wNhG8dxrx/scikxNc=",
        "Content-MD5": "MaYkZAXbL32m9GZzlSYFOA==",
        "Content-Type": "application/json",
        Date: "Fri, 27 Nov 2026 21:36:20 GMT",
        "x-fc-account-id": "1234567890123456",
      },
      '{"serviceName":"md5-1795815380303","headers":{"Authorization":"FC sbx-team-a:qEraBMt6wsJBAnsFxkhMfGQxW/wNhG8dxrx/scikxNc\\u003d","Accept":"application/json","User-Agent":"java-sdk-1.8.25","x-fc-account-id":"1234567890123456","Date":"Fri, 27 Nov 2026 21:36:20 GMT","Content-Type":"application/json","Content-MD5":"MaYkZAXbL32m9GZzlSYFOA\\u003d\\u003d"}}',
    ),
    key,
    now: Date.UTC(2026, 10, 27, 21, 36, 20),
  },
  {
    name: "FC, of an encoded path and with a query that is not signed",
    request: request(
      "GET /2016-08-15/services/shop/functions/caf%C3%A9%20au%20lait/async-invoke-configs?limit=2",
      {
        Authorization: "FC sbx-team-a:W7ukAszGGGwkA4MPQHfG5tTyahbU6PhlFz9ZC+ZMrR0=",
        Date: "Fri, 02 Jan 2026 03:04:05 GMT",
      },
    ),
    key,
    now,
  },
  {
    name: "FC, with x-fc-date in place of Date, as from a browser",
    request: request("DELETE /services/shop/functions/report/async-invoke-config", {
      Authorization: "FC sbx-team-a:Dq2nxGouR1Kj/tcg+cNSUgUAB7jk//gDQgxRCzbn+Cc=",
      "X-Fc-Date": "Fri, 02 Jan 2026 03:04:05 GMT",
    }),
    key,
    now,
  },
  {
    name: "acs, as Terraform's provider 1.289.0 sent it",
    request: request(
      "PUT /2023-03-30/functions/hello/async-invoke-config",
      {
        Accept: "application/json",
        Authorization: "acs any-id:mAUcFK4bgk68kVlT7FXQDXpV8yg=",
        "Content-Type": "application/json; charset=utf-8",
        Date: "Wed, 25 Nov 2026 12:55:34 GMT",
        Host: "1234567890123456.localhost:8443",
        "x-acs-signature-method": "HMAC-SHA1",
        "x-acs-signature-nonce": "a58ba57317492cc4aa6ccab534381623",
        "x-acs-signature-version": "1.0",
        "x-acs-version": "2023-03-30",
      },
      put,
    ),
    key: { accessKeyId: "any-id", accessKeySecret: "any-secret" },
    now: Date.UTC(2026, 10, 25, 12, 55, 34),
  },
  {
    name: "acs, with a security token and an encoded query, in which Go's SDKs sign an empty parameter without its =",
    request: request("GET /2023-03-30/async-invoke-configs?nextToken=a+b/%2B=%c3%a9&limit=2&functionName=", {
      Accept: "application/json",
      Authorization: "acs sbx-team-a:Nlh+vqrqp49jNQNbYPdOjwoz6n0=",
      Date: "Fri, 02 Jan 2026 03:04:05 GMT",
      "x-acs-security-token": "a-token",
      "x-acs-signature-method": "HMAC-SHA1",
      "x-acs-signature-nonce": "1f",
      "x-acs-signature-version": "1.0",
      "x-acs-version": "2023-03-30",
    }),
    key,
    now,
  },
  {
    name: "ACS3, the fixed example of the vendor's reference",
    request: request(
      "POST /?RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
      {
        Authorization:
          "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;" +
          "x-acs-date;x-acs-signature-nonce;x-acs-version," +
          "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        Host: "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": emptySha256,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
      },
    ),
    key: { accessKeyId: "YourAccessKeyId", accessKeySecret: "YourAccessKeySecret" },
    now: Date.UTC(2023, 9, 26, 10, 22, 32),
  },
  {
    name: "ACS3, with a body and a security token",
    request: request(
      "PUT /2023-03-30/functions/report/async-invoke-config?qualifier=prod",
      {
        Authorization:
          "ACS3-HMAC-SHA256 Credential=sbx-team-a,SignedHeaders=content-type;host;x-acs-action;" +
          "x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version," +
          "Signature=c23a488daf38fcc3c340bbb0e81736e4fb05f7c3fab8968e9fbe9653084c66ec",
        "Content-Type": "application/json; charset=utf-8",
        Host: "127.0.0.1:8787",
        "x-acs-action": "PutAsyncInvokeConfig",
        "x-acs-content-sha256": putSha256,
        "x-acs-date": "2026-01-02T03:04:05Z",
        "x-acs-security-token": "a-token",
        "x-acs-signature-nonce": "1f",
        "x-acs-version": "2023-03-30",
      },
      put,
    ),
    key,
    now,
  },
  {
    name: "ACS3, with every header signed, as Python's SDK has it, and a query to put into canonical form",
    request: request(
      "GET /2023-03-30/async-invoke-configs?nextToken=a+b/%2B=!*%27()%7e%c3%a9&limit=2&functionName",
      {
        Authorization:
          "ACS3-HMAC-SHA256 Credential=sbx-team-a,SignedHeaders=accept;host;user-agent;x-acs-action;" +
          "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
          "Signature=9da1b3bc9901920ae3e4aaa936d6eb6d270c5bee522b044d29cc6db9a7553eb0",
        Accept: "application/json",
        Host: "127.0.0.1:8787",
        "User-Agent": "AlibabaCloud (Linux; x86_64) Python/3.12",
        "x-acs-action": "ListAsyncInvokeConfigs",
        "x-acs-content-sha256": emptySha256,
        "x-acs-date": "2026-01-02T03:04:05Z",
        "x-acs-signature-nonce": "1f",
        "x-acs-version": "2023-03-30",
      },
    ),
    key,
    now,
  },
];
