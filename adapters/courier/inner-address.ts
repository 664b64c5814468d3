/** Which addresses are inside: loopback, private, link-local, metadata, translated and reserved ones, which no member's word may lead to. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** RFC 6890 and the IANA special-purpose registries; and the one public address at which a cloud (Azure) answers its machines alone. */
const INNER_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const

/** Within 2000::/3, where everything public lies: Teredo and its kin, documentation, 6to4 and other translations. */
const INNER_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const

function listOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', prefix = ''] = range.split('/')
    list.addSubnet(net, Number(prefix), family)
  }
  return list
}

const innerV4 = listOf(INNER_V4, 'ipv4')
const innerV6 = listOf(INNER_V6, 'ipv6')
/** Mapped, NAT64, unique-local, link-local, multicast and loopback addresses all lie outside of it. */
const publicV6 = listOf(['2000::/3'], 'ipv6')

/** True where it is no address of the public internet, or no address. */
export function isInner(address: string): boolean {
  if (isIPv4(address)) return innerV4.check(address, 'ipv4')
  // With a zone it is of one link, whatever else it is.
  if (!isIPv6(address) || address.includes('%')) return true
  return !publicV6.check(address, 'ipv6') || innerV6.check(address, 'ipv6')
}
