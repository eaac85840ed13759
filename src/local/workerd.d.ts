declare module "workerd" {
  /** The package is CommonJS: its own default is one level down. */
  const exports: { readonly default: string };
  export default exports;
}
