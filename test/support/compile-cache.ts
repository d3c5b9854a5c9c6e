/**
 * For processes of the service: one that starts reads what another has compiled, which is a fifth of the work of a
 * start. Nothing where no run of tests keeps such a cache.
 */
export function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const directory = process.env['TEST_COMPILE_CACHE'];
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}
