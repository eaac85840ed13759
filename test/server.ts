const { FC_SANDBOX_URL } = process.env;
if (!FC_SANDBOX_URL) throw new Error("FC_SANDBOX_URL is not set: is this not run by the project `served`?");

/** The URL of the sandbox that all test files share (`served.ts`); its `default` is everybody's. */
export const SERVER = FC_SANDBOX_URL;
