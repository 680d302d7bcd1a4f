// The node-* packages declare "os" and "cpu" as strings, which pnpm ignores: it would install every platform's Node.
const asList = (value) => (typeof value === 'string' ? [value] : value)

function readPackage(manifest) {
  if (/^node-(bin-)?(linux|darwin|win)-/.test(manifest.name ?? '')) {
    manifest.os = asList(manifest.os)
    manifest.cpu = asList(manifest.cpu)
  }
  return manifest
}

module.exports = { hooks: { readPackage } }
