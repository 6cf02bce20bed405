/** Shell text that makes a repository in a folder, with two versions of a small package, the only one that apt knows. */
export const PACKAGE_REPOSITORY = `set -e
mkdir -p /srv/repo && cd /srv/repo && : >Packages
for version in 1.0 2.0; do
  mkdir -p "build/DEBIAN" build/usr/share/sample
  printf 'Package: sample\\nVersion: %s\\nArchitecture: all\\nMaintainer: Nobody <nobody@example.org>\\nDescription: A sample\\n' "$version" >build/DEBIAN/control
  echo "$version" >build/usr/share/sample/version
  dpkg-deb --build build "sample_$version.deb" >/dev/null
  dpkg-deb --field "sample_$version.deb" >>Packages
  printf 'Filename: ./sample_%s.deb\\nSize: %s\\nSHA256: %s\\n\\n' "$version" "$(stat -c %s "sample_$version.deb")" "$(sha256sum "sample_$version.deb" | cut -d' ' -f1)" >>Packages
done
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/* /var/lib/apt/lists/*
echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list
apt-get update >/dev/null 2>&1
`;
