/** Families of Linux systems as facts name them; operations on Linux itself are skipped on all others. */
export const LINUX_FAMILIES: readonly string[] = [
  "debian",
  "redhat",
  "suse",
  "alpine",
  "arch",
  "gentoo",
  "linux",
  "nixos",
  "void",
];
