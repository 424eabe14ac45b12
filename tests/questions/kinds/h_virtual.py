"""Virtual machines, services, wireless, VPN."""

from dcim.models import Device
from django.db.models import Count, Sum
from ipam.models import Service
from virtualization.models import Cluster, VirtualMachine
from vpn.models import Tunnel
from wireless.models import WirelessLAN

from .case import Case, aggregate, ask, by_name, either, objects, question
from .choosing import first, most, universe

MACHINE = "virtualization.virtualmachine"


@question("machines-per-cluster", "How many virtual machines are in each cluster?", "VMs by cluster")
def machines_per_cluster() -> Case:
    return ask(aggregate(MACHINE, group_by=["cluster"], top=10)).ranking(VirtualMachine.objects.values_list("cluster__name").annotate(number=Count("pk")), 10)


@question("machine-resources", "How much memory and how many CPUs do the VMs of {cluster} have?", "Resources given out in {cluster}")
def machine_resources() -> Case:
    cluster = most(Cluster.objects.all(), "virtual_machines")
    sums = cluster.virtual_machines.aggregate(processors=Sum("vcpus"), memory=Sum("memory"), disk=Sum("disk"))
    plan = aggregate(MACHINE, {"cluster": cluster.name}, measures=["count", "sum:vcpus", "sum:memory", "sum:disk"])
    return ask(plan, cluster=cluster.name).figure(cluster.virtual_machines.count()).figure(sums["processors"]).figure(sums["memory"]).figure(sums["disk"])


@question("machines-on-host", "Which virtual machines run on {host}?", "VMs of the hypervisor {host}")
def machines_on_host() -> Case:
    host = most(Device.objects.all(), "virtual_machines")
    found = VirtualMachine.objects.filter(device=host).order_by("name")
    rows = [(row.name, row.status) for row in found[:5]]
    case = ask(objects(MACHINE, {"device": host.name}, ["name", "status"], "name"), host=host.name)
    return case.total(found.count()).rows(rows, shown=5).absent(*universe(VirtualMachine.objects, found))


@question("machine-profile", "Tell me about the virtual machine {machine}", "Where does {machine} run and what is its address?")
def machine_profile() -> Case:
    machine = first(VirtualMachine.objects.filter(primary_ip4__isnull=False, cluster__isnull=False))
    address = str(machine.primary_ip4.address)
    case = ask(by_name(MACHINE, machine.name), machine=machine.name)
    return case.says(machine.name, machine.cluster.name, either(address, address.split("/")[0])).figure(machine.memory)


@question("largest-machines", "Which virtual machines have the most memory?", "The largest VMs by memory")
def largest_machines() -> Case:
    plan = objects(MACHINE, fields=["name", "memory"], ordering=["-memory", "name"], limit=3)
    rows = VirtualMachine.objects.order_by("-memory", "name").values_list("name", "memory")[:3]
    return ask(plan).total(VirtualMachine.objects.count()).rows(rows, shown=3)


@question("service-on-port", "What listens on port {port}?", "Which services use TCP {port}?")
def service_on_port() -> Case:
    service = first(Service.objects.filter(port_mappings__len__gt=0))
    port = str(service.port_mappings[-1]).split("/")[-1]
    found = [row for row in Service.objects.order_by("pk") if any(str(mapping).split("/")[-1] == port for mapping in row.port_mappings)]
    rows = [(row.name, str(row.parent)) for row in found[:5]]
    return ask(objects("ipam.service", {"port": int(port)}, ["name", "parent"], "id"), port=port).total(len(found)).rows(rows, shown=5)


@question("services-by-name", "Which services run in our estate?", "Services by name with numbers")
def services_by_name() -> Case:
    return ask(aggregate("ipam.service", group_by=["name"], top=5)).ranking(Service.objects.values_list("name").annotate(number=Count("pk")), 5)


@question("wireless-networks", "Which wireless networks do we have and how are they secured?", "SSIDs with their authentication")
def wireless_networks() -> Case:
    labels = dict(WirelessLAN._meta.get_field("auth_type").flatchoices)
    rows = [(row.ssid, either(row.auth_type, labels.get(row.auth_type))) for row in WirelessLAN.objects.order_by("pk")[:5]]
    return ask(objects("wireless.wirelesslan", fields=["ssid", "auth_type", "status"], ordering="id")).total(WirelessLAN.objects.count()).rows(rows, shown=5)


@question("access-points", "How many access points does each site have?", "Sites by number of access points")
def access_points() -> Case:
    pairs = Device.objects.filter(interfaces__type__startswith="ieee802.11").values_list("site__name").annotate(number=Count("pk", distinct=True))
    role = Device.objects.filter(interfaces__type__startswith="ieee802.11").order_by("pk").first().role
    assert Device.objects.filter(role=role).count() == sum(number for _, number in pairs)
    return ask(aggregate("dcim.device", {"role": role.name}, group_by=["site"], top=5)).ranking(pairs, 5)


@question("tunnels", "Which VPN tunnels do we have?", "How many tunnels are there?")
def tunnels() -> Case:
    rows = [[row.name] for row in Tunnel.objects.order_by("name")[:5]]
    return ask(objects("vpn.tunnel", fields=["name", "status", "encapsulation"], ordering="name")).total(Tunnel.objects.count()).rows(rows, shown=5)
