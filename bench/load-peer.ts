/**
 * Loads a program to compare with. Peers live in `bench/node_modules` only, so that nobody else installs them.
 * @param name package name
 * @throws with the command to run when the package is not installed
 */
export async function loadPeer<Module>(name: string): Promise<Module> {
  try {
    const module: unknown = await import(name);
    return module as Module;
  } catch (thrown) {
    throw new Error(`Cannot load "${name}": it is not installed; run npm ci --prefix bench`, { cause: thrown });
  }
}
