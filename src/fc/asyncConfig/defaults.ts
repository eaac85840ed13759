/** What an invocation goes by where a config does not say. Source: PutFunctionAsyncInvokeConfig, request parameters. */
export const defaults = { maxAsyncEventAgeInSeconds: 86_400, maxAsyncRetryAttempts: 3, stateful: false };
