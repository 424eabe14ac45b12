"""pynetbox, the official client, reads a NetBox: the embedded demo, and as a control the real one with the same estate.

Usage: pynetbox_client.py URL      with the token in NETBOX_TOKEN
"""

import os
import sys
import unittest

import pynetbox
import requests

URL = sys.argv[1].rstrip("/")
TOKEN = os.environ["NETBOX_TOKEN"]


def connect(token: str = TOKEN, **options) -> pynetbox.api:
    return pynetbox.api(URL, token=token, **options)


class Reading(unittest.TestCase):
    def setUp(self):
        self.netbox = connect()

    def test_version_and_status(self):
        self.assertTrue(self.netbox.version.startswith("4.7"))
        self.assertEqual(self.netbox.status()["netbox-version"].split("-")[0], "4.7.3")

    def test_count_and_list_agree(self):
        for endpoint in (self.netbox.dcim.sites, self.netbox.dcim.racks, self.netbox.ipam.prefixes, self.netbox.circuits.circuits):
            with self.subTest(endpoint=endpoint.name):
                rows = list(endpoint.all())
                self.assertGreater(len(rows), 0)
                self.assertEqual(endpoint.count(), len(rows))
                self.assertEqual(len({row.id for row in rows}), len(rows))

    def test_pages_join_without_gaps_whatever_their_size(self):
        whole = [row.id for row in self.netbox.dcim.devices.all(limit=1000)]
        for limit in (7, 50):
            with self.subTest(limit=limit):
                self.assertEqual([row.id for row in self.netbox.dcim.devices.all(limit=limit)], whole)

    def test_pages_read_by_several_threads(self):
        threaded = connect(threading=True)
        self.assertEqual(len(list(threaded.dcim.interfaces.all(limit=100))), self.netbox.dcim.interfaces.count())

    def test_one_object_by_a_filter_and_by_id(self):
        first = next(iter(self.netbox.dcim.devices.filter(has_primary_ip=True, limit=1)))
        found = self.netbox.dcim.devices.get(name=first.name, site_id=first.site.id)
        self.assertEqual(found.id, first.id)
        self.assertEqual(dict(self.netbox.dcim.devices.get(first.id))["serial"], found.serial)
        self.assertIsNone(self.netbox.dcim.devices.get(name="there-is-no-such-device"))
        self.assertIsNone(self.netbox.dcim.devices.get(999_999_999))

    def test_relations_are_followed(self):
        device = next(iter(self.netbox.dcim.devices.filter(has_primary_ip=True, limit=1)))
        self.assertEqual(device.status.value, device.status.label.lower())
        self.assertTrue(device.device_type.manufacturer.name)
        self.assertIn("/", device.primary_ip.address)
        # These are not in the nested object: pynetbox fetches its full form by its `url`.
        self.assertTrue(device.site.full_details())
        self.assertGreaterEqual(device.site.device_count, 1)
        self.assertTrue(device.primary_ip.full_details())
        self.assertEqual(device.primary_ip.assigned_object.device.id, device.id)

    def test_filters_narrow(self):
        netbox = self.netbox
        site = next(site for site in netbox.dcim.sites.all() if site.device_count > 3)
        by_slug = netbox.dcim.devices.count(site=site.slug)
        self.assertEqual(by_slug, site.device_count)
        self.assertEqual(by_slug, netbox.dcim.devices.count(site_id=site.id))
        part = site.name[1:4].lower()
        names = [row.name for row in netbox.dcim.sites.filter(name__ic=part)]
        self.assertIn(site.name, names)
        self.assertTrue(all(part in name.lower() for name in names))
        everything = netbox.dcim.devices.count()
        self.assertEqual(netbox.dcim.devices.count(status="active") + netbox.dcim.devices.count(status__n="active"), everything)
        self.assertEqual(netbox.dcim.devices.count(there_is_no_such_filter=1), everything)

    def test_a_wrong_choice_is_refused_with_the_reason(self):
        with self.assertRaises(pynetbox.RequestError) as refused:
            list(self.netbox.dcim.devices.filter(status="no-such-status"))
        self.assertEqual(refused.exception.req.status_code, 400)
        self.assertIn("no-such-status", str(refused.exception.error))

    def test_custom_fields_and_tags(self):
        rows = list(self.netbox.dcim.devices.filter(limit=50))
        self.assertTrue(all(isinstance(row.custom_fields, dict) for row in rows))
        tagged = next(tag for tag in self.netbox.extras.tags.all() if self.netbox.dcim.devices.count(tag=tag.slug))
        for row in self.netbox.dcim.devices.filter(tag=tagged.slug):
            self.assertIn(tagged.slug, [tag.slug for tag in row.tags])

    def test_a_cable_is_traced(self):
        interface = next(row for row in self.netbox.dcim.interfaces.filter(connected=True, limit=1))
        trace = interface.trace()
        self.assertGreaterEqual(len(trace), 3)
        self.assertEqual(trace[0][0].id, interface.id)
        self.assertEqual(interface.connected_endpoints[0].id, trace[-1][-1].id)

    def test_addresses_in_a_prefix(self):
        prefix = next(row for row in self.netbox.ipam.prefixes.filter(family=4, status="active") if self.netbox.ipam.ip_addresses.count(parent=row.prefix))
        addresses = list(self.netbox.ipam.ip_addresses.filter(parent=prefix.prefix))
        containing = [row.prefix for row in self.netbox.ipam.prefixes.filter(contains=addresses[0].address.split("/")[0])]
        self.assertIn(prefix.prefix, containing)

    def test_the_change_log_is_in_order(self):
        changes = list(self.netbox.core.object_changes.filter(limit=100))
        self.assertGreater(len(changes), 10)
        times = [row.time for row in changes]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertTrue({row.action.value for row in changes} <= {"create", "update", "delete"})

    def test_virtual_machines_and_circuits(self):
        machine = next(iter(self.netbox.virtualization.virtual_machines.all(limit=1)))
        self.assertTrue(machine.cluster.name)
        circuit = next(iter(self.netbox.circuits.circuits.all(limit=1)))
        self.assertTrue(circuit.cid and circuit.provider.name)
        self.assertGreaterEqual(self.netbox.circuits.circuit_terminations.count(circuit_id=circuit.id), 1)


class Refusing(unittest.TestCase):
    def refusal(self, token: str) -> tuple[int, str]:
        with self.assertRaises(pynetbox.RequestError) as refused:
            connect(token).dcim.sites.count()
        return refused.exception.req.status_code, str(refused.exception.error)

    def test_a_wrong_token_of_either_kind(self):
        for token in ("0" * 40, "nbt_wrongkey0000." + "0" * 40):
            with self.subTest(token=token):
                status, reason = self.refusal(token)
                self.assertEqual(status, 403)
                self.assertIn("Invalid", reason)

    def test_an_unknown_object_type_is_an_html_page(self):
        answer = requests.get(f"{URL}/api/dcim/no-such-things/", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        self.assertEqual(answer.status_code, 404)
        self.assertIn("text/html", answer.headers["content-type"])


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result
    failed = len({getattr(case, "test_case", case).id() for case, _ in result.failures + result.errors})
    print(f"\n{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed or not result.testsRun else 0)
