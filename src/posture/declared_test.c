/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "posture/oci_config.h"
#include "world/json_get.h"

static const char bundle_text[] =
    "{\"process\": {\"user\": {\"uid\": 7, \"gid\": 8, \"additionalGids\": [9, 10]},"
    " \"args\": [\"/bin/app\", \"-x\"], \"env\": [\"A=b=c\", \"odd\"], \"noNewPrivileges\": true,"
    " \"apparmorProfile\": \"docker-default\", \"oomScoreAdj\": -5,"
    " \"capabilities\": {\"bounding\": [\"CAP_CHOWN\", \"CAP_KILL\"], \"permitted\": []}},"
    " \"root\": {\"path\": \"rootfs\", \"readonly\": true},"
    " \"mounts\": [{\"destination\": \"/proc\", \"type\": \"proc\", \"source\": \"proc\"},"
    " {\"destination\": \"/data\", \"type\": \"bind\", \"source\": \"/srv/data\","
    " \"options\": [\"rbind\", \"ro\", \"nosuid\", \"rslave\"]}],"
    " \"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"network\", \"path\": "
    "\"/proc/1/ns/net\"}, {\"type\": \"ipc\", \"path\": \"/proc/77/ns/ipc\"}],"
    " \"resources\": {\"memory\": {\"limit\": 1024}, \"pids\": {\"limit\": 0},"
    " \"cpu\": {\"quota\": -1}, \"devices\": [{\"allow\": false, \"access\": \"rwm\"},"
    " {\"allow\": true, \"type\": \"c\", \"major\": 1, \"minor\": 3, \"access\": \"rw\"}]},"
    " \"maskedPaths\": [\"/proc/kcore\"], \"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\"},"
    " \"sysctl\": {\"net.ipv4.ip_forward\": \"1\"}}}";

static struct container_config read_bundle(const char *text, struct arena *arena)
{
    _cleanup_json_ json_t *json = json_loads(text, 0, NULL);
    struct container_config config;

    assert_non_null(json);
    assert_int_equal(oci_config_read(json, "/b/config.json", "/b", arena, &config), 0);
    return config;
}

static void test_bundle(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config = read_bundle(bundle_text, &arena);
    const struct setting *settings = config.settings;

    assert_int_equal(settings[CONFIG_UID].number, 7);
    assert_string_equal(settings[CONFIG_UID].evidence.file, "/b/config.json");
    assert_string_equal(settings[CONFIG_UID].evidence.field, "process.user.uid");
    assert_int_equal(settings[CONFIG_GROUPS].texts.count, 2);
    assert_string_equal(settings[CONFIG_GROUPS].texts.items[1].text, "10");
    assert_string_equal(settings[CONFIG_COMMAND].texts.items[0].text, "/bin/app");
    assert_true(settings[CONFIG_NO_NEW_PRIVILEGES].flag);
    assert_string_equal(settings[CONFIG_LSM_LABEL].text, "docker-default");
    assert_int_equal(settings[CONFIG_CAPABILITIES_BOUNDING].mask, 1 << 0 | 1 << 5);
    assert_int_equal(settings[CONFIG_CAPABILITIES_PERMITTED].mask, 0);
    assert_string_equal(settings[CONFIG_ROOT_PATH].text, "/b/rootfs");
    assert_int_equal(settings[CONFIG_MEMORY_LIMIT].number, 1024);
    assert_int_equal(settings[CONFIG_PIDS_LIMIT].presence, PRESENCE_UNSET);
    assert_int_equal(settings[CONFIG_CPU_QUOTA].presence, PRESENCE_UNSET);
    assert_int_equal(settings[CONFIG_SECCOMP_MODE].number, 2);
    assert_false(settings[CONFIG_PRIVILEGED].flag);
    assert_false(settings[CONFIG_HOST_PID].flag);
    assert_true(settings[CONFIG_HOST_NETWORK].flag);
    assert_false(settings[CONFIG_HOST_IPC].flag);
    assert_true(settings[CONFIG_HOST_UTS].flag);
    assert_int_equal(config.environment.count, 1);
    assert_string_equal(config.environment.items[0].value, "b=c");
    assert_int_equal(config.mounts.count, 2);
    assert_false(config.mounts.items[0].host_path);
    assert_true(config.mounts.items[1].host_path && config.mounts.items[1].read_only);
    assert_string_equal(config.mounts.items[1].propagation, "rslave");
    assert_int_equal(config.devices.count, 2);
    assert_int_equal(config.devices.items[0].type, 'a');
    assert_false(config.devices.items[0].allow);
    assert_int_equal(config.devices.items[1].major, 1);
    assert_string_equal(config.sysctls.items[0].name, "net.ipv4.ip_forward");
}

/* Wrong types are unknown, and say so; what is left out is known to be. */
static void test_wrong_types(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config =
        read_bundle("{\"process\": {\"user\": {\"uid\": \"0\"}, \"noNewPrivileges\": null},"
                    " \"linux\": {\"maskedPaths\": \"/proc\"}}",
                    &arena);

    assert_int_equal(config.settings[CONFIG_UID].presence, PRESENCE_UNKNOWN);
    assert_string_equal(config.settings[CONFIG_UID].evidence.text, "has the wrong type");
    assert_int_equal(config.settings[CONFIG_MASKED_PATHS].presence, PRESENCE_UNKNOWN);
    assert_int_equal(config.settings[CONFIG_NO_NEW_PRIVILEGES].presence, PRESENCE_UNSET);
    assert_int_equal(config.settings[CONFIG_MEMORY_LIMIT].presence, PRESENCE_UNSET);
}

static void test_docker(void **state)
{
    static const char config_text[] =
        "{\"Name\": \"/web\", \"Config\": {\"Image\": \"nginx\", \"User\": \"101\","
        " \"Env\": [\"K=v\"], \"Healthcheck\": {\"Test\": [\"CMD\", \"true\"]}},"
        " \"MountPoints\": {\"/data\": {\"Source\": \"/srv\", \"RW\": false, \"Propagation\": "
        "\"rprivate\"}}}";
    static const char host_text[] =
        "{\"Privileged\": true, \"PidMode\": \"host\", \"IpcMode\": \"private\", \"Memory\": 0,"
        " \"PidsLimit\": 100, \"RestartPolicy\": {\"Name\": \"always\", \"MaximumRetryCount\": 0},"
        " \"SecurityOpt\": [\"no-new-privileges\", \"seccomp=unconfined\"],"
        " \"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"\", \"HostPort\": \"8080\"}]},"
        " \"Devices\": [{\"PathOnHost\": \"/dev/kvm\", \"PathInContainer\": \"/dev/kvm\","
        " \"CgroupPermissions\": \"rw\"}]}";
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_json_ json_t *config = json_loads(config_text, 0, NULL);
    _cleanup_json_ json_t *host = json_loads(host_text, 0, NULL);
    struct container_config container = {0};
    const struct setting *settings = container.settings;

    assert_int_equal(
        docker_config_read(config, "config.v2.json", host, "hostconfig.json", &arena, &container),
        0);
    assert_int_equal(container.source, SOURCE_RUNTIME);
    assert_string_equal(settings[CONFIG_IMAGE].text, "nginx");
    assert_string_equal(settings[CONFIG_USER].text, "101");
    assert_true(settings[CONFIG_PRIVILEGED].flag);
    assert_string_equal(settings[CONFIG_PRIVILEGED].evidence.file, "hostconfig.json");
    assert_true(settings[CONFIG_HOST_PID].flag);
    assert_false(settings[CONFIG_HOST_IPC].flag);
    assert_int_equal(settings[CONFIG_MEMORY_LIMIT].presence, PRESENCE_UNSET);
    assert_int_equal(settings[CONFIG_PIDS_LIMIT].number, 100);
    assert_string_equal(settings[CONFIG_RESTART_POLICY].text, "always");
    assert_true(settings[CONFIG_NO_NEW_PRIVILEGES].flag);
    assert_string_equal(settings[CONFIG_SECCOMP_TYPE].text, "unconfined");
    assert_int_equal(container.ports.items[0].host, 8080);
    assert_int_equal(container.ports.items[0].container, 80);
    assert_null(container.ports.items[0].address);
    assert_string_equal(container.devices.items[0].path, "/dev/kvm");
    assert_true(container.mounts.items[0].read_only && container.mounts.items[0].host_path);
    assert_string_equal(container.environment.items[0].name, "K");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bundle),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_docker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
