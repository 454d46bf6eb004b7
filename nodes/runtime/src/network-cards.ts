/** Bridges and cables of containers and virtual machines, tunnels: their addresses mean nothing to another computer in the LAN. A bridge that carries the LAN itself (br0, br-lan, vmbr0, bond0) is none of them. */
const VIRTUAL = /^(docker|br-[0-9a-f]{12}$|veth|virbr|vnet|vmnet|vboxnet|cni|cali|cilium|flannel|kube|nerdctl|podman|lxc|lxdbr|incusbr|tailscale|wg|zt|tun|tap|utun|dummy|ifb)/;
export const isVirtual = (name: string): boolean => VIRTUAL.test(name);
