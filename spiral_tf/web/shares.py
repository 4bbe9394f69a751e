"""Counts what each address holds, so that none of them holds too much."""

import collections
import ipaddress


class FullError(RuntimeError):
  """There is no room for one more, or not for one more of this address."""


class Shares:
  """So many of something for all, and so many of them for one address."""

  def __init__(self, total: int, each: int, noun: str):
    """Creates shares of which nobody holds one.

    Args:
      total: how many there are.
      each: how many one address may hold.
      noun: what they are, as in "pictures of more than 1 MB".
    """
    self._total = total
    self._each = each
    self._noun = noun
    self._held: collections.Counter[str] = collections.Counter()

  def take(self, address: str) -> None:
    """Takes one for an address.

    Raises:
      FullError: there is none left, or the address has its share already.
    """
    if self._held[address] >= self._each:
      raise FullError(
        f'{self._noun} are limited to {self._each} an address at the same '
        'time, and yours has them; try again in a moment.'
      )
    if self._held.total() >= self._total:
      raise FullError('many people are painting just now; try again later.')
    self._held[address] += 1

  def give_back(self, address: str) -> None:
    """Gives one back that was taken for an address."""
    self._held[address] -= 1
    if not self._held[address]:
      del self._held[address]


def address(host: str) -> str:
  """Whose an IP address is, as far as can be told from it.

  Args:
    host: the address; or whatever else names the other side.

  Returns:
    The same of IPv4, also if it is written as IPv6; of IPv6 its first half,
    as whoever has one address there has the others with this half, too.
  """
  try:
    ip = ipaddress.ip_address(host.partition('%')[0])
  except ValueError:
    return host
  if ip.version == 4:
    return str(ip)
  if ip.ipv4_mapped:
    return str(ip.ipv4_mapped)
  return str(ipaddress.ip_network((ip, 64), strict=False))
