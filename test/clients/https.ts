// What `https.test.ts` runs: which certificate authorities it trusts is settled when a process of Node starts.
import { fc2Client, fc20230330, fc20230330Client, fcOpen20210406, fcOpen20210406Client } from "./sdks.ts";

const [url = ""] = process.argv.slice(2);

const fc2 = fc2Client(url);
await fc2.putFunctionAsyncConfig("shop", "report", "LATEST", { maxAsyncRetryAttempts: 1 });
const { data } = await fc2.getFunctionAsyncConfig("shop", "report", "LATEST");

const request = new fcOpen20210406.GetFunctionAsyncInvokeConfigRequest({});
const { body } = await fcOpen20210406Client(url).getFunctionAsyncInvokeConfig("shop", "report", request);

const fc2023 = fc20230330Client(url);
const input = new fc20230330.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts: 2 });
await fc2023.putAsyncInvokeConfig("report", new fc20230330.PutAsyncInvokeConfigRequest({ body: input }));
const got = await fc2023.getAsyncInvokeConfig("report", new fc20230330.GetAsyncInvokeConfigRequest({}));

console.log(
  JSON.stringify({
    fc2: data.maxAsyncRetryAttempts,
    fcOpen20210406: body.maxAsyncRetryAttempts,
    fc20230330: got.body?.maxAsyncRetryAttempts,
  }),
);
