/** What a config says until it is told otherwise. Source: PutFunctionAsyncInvokeConfig, request parameters. */
export const defaults = { maxAsyncEventAgeInSeconds: 86_400, maxAsyncRetryAttempts: 3, stateful: false };
